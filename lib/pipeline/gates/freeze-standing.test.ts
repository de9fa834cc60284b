import { expect, test } from "vitest";
import type { Calendar } from "@/lib/pipeline/calendar/closings";
import { closedNote, freezeStanding, freezesOf } from "@/lib/pipeline/gates/freeze-standing";
import { environment } from "@/lib/pipeline/policy/environment";

const weekly = (timezone: string, days: string, start: string, hours: number): Calendar => ({
  timezone,
  deny: [
    {
      ...{ kind: "recurring", name: `${days} ${timezone}`, rrule: `FREQ=WEEKLY;BYDAY=${days}`, start },
      ...{ lastsMs: hours * 3_600_000, except: [] },
    },
  ],
  allow: [],
});

test("calendars of several zones open together at the first moment at which none is closed", () => {
  const calendars = [weekly("Europe/Paris", "FR", "00:00", 24), weekly("America/New_York", "FR", "00:00", 24)];
  const standing = freezeStanding(calendars, "2026-05-08T02:00:00.000Z");
  expect(standing).toEqual({
    ...{ state: "closed", by: ["FR Europe/Paris"], timezone: "Europe/Paris" },
    opensAt: "2026-05-09T04:00:00.000Z",
  });
  if (standing.state === "closed") {
    expect(closedNote(standing)).toBe("FR Europe/Paris, opens Sat 9 May 2026 06:00 Europe/Paris");
    expect(closedNote({ ...standing, opensAt: null })).toBe("FR Europe/Paris, no known end");
  }
  expect(freezeStanding(calendars, "2026-05-07T02:00:00.000Z")).toEqual({
    state: "open",
    closesAt: "2026-05-07T22:00:00.000Z",
  });
});

test("calendars that relieve each other have no known opening, and one that cannot be read is not open", () => {
  const always = [weekly("UTC", "MO,TU,WE,TH", "00:00", 24), weekly("UTC", "FR,SA,SU", "00:00", 24)];
  expect(freezeStanding(always, "2026-05-08T02:00:00.000Z")).toMatchObject({ state: "closed", opensAt: null });
  expect(freezeStanding([weekly("Europe/Atlantis", "FR", "00:00", 24)], "2026-05-08T02:00:00.000Z")).toEqual({
    state: "unknown",
  });
});

test("no calendar is open; one in shadow or for rollbacks alone closes nothing", () => {
  expect(freezeStanding([], "2026-05-08T02:00:00.000Z")).toEqual({ state: "open", closesAt: null });
  const freeze = { timezone: "UTC", deny: [{ name: "a", rrule: "FREQ=DAILY" }] };
  const gates = [{ freeze }, { freeze, shadow: true }, { freeze: { ...freeze, appliesTo: ["rollback"] } }];
  expect(
    freezesOf(environment.transform((one) => ({ ...one, position: 0 })).parse({ name: "production", gates })),
  ).toHaveLength(1);
});
