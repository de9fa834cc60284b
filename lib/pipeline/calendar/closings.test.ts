import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Calendar, calendarAt, closingsBetween } from "@/lib/pipeline/calendar/closings";
import type { CalendarWindow } from "@/lib/pipeline/calendar/window";

const weekly = (days: string, start: string, hours: number, extra: object = {}): CalendarWindow => ({
  ...{ kind: "recurring", name: `${days} ${start}`, rrule: `FREQ=WEEKLY;BYDAY=${days}`, start },
  ...{ lastsMs: hours * 3_600_000, except: [], ...extra },
});
const daily = (start: string, minutes: number): CalendarWindow => ({
  ...{ kind: "recurring", name: `daily ${start}`, rrule: "FREQ=DAILY", start, lastsMs: minutes * 60_000, except: [] },
});
const once = (name: string, from: string, to?: string): CalendarWindow => ({
  ...{ kind: "once", name, from, ...(to === undefined ? {} : { to }) },
});
const deny = (timezone: string, ...windows: CalendarWindow[]): Calendar => ({ timezone, deny: windows, allow: [] });
const allow = (timezone: string, ...windows: CalendarWindow[]): Calendar => ({ timezone, deny: [], allow: windows });

/** What is closed on the wall clock's day and the one after, as UTC without seconds. */
function around(calendar: Calendar, date: string): string[] {
  const from = new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString();
  const to = new Date(Date.parse(`${date}T00:00:00Z`) + 2 * 86_400_000).toISOString();
  return closingsBetween(calendar, from, to, 20).map((one) => `${one.from?.slice(5, 16)} ${one.to?.slice(5, 16)}`);
}

describe("a window where the clocks change", () => {
  const table: [string, Calendar, string, string[]][] = [
    // Paris: 29 March 2026 02:00 → 03:00, 25 October 2026 03:00 → 02:00.
    [
      "a Sunday of 23 hours, Paris",
      deny("Europe/Paris", weekly("SU", "00:00", 24)),
      "2026-03-29",
      ["03-28T23:00 03-29T22:00"],
    ],
    [
      "a Sunday of 25 hours, Paris",
      deny("Europe/Paris", weekly("SU", "00:00", 24)),
      "2026-10-25",
      ["10-24T22:00 10-25T23:00"],
    ],
    [
      "over midnight into 23 hours",
      deny("Europe/Paris", weekly("SA", "22:00", 8)),
      "2026-03-29",
      ["03-28T21:00 03-29T04:00"],
    ],
    [
      "over midnight into 25 hours",
      deny("Europe/Paris", weekly("SA", "22:00", 8)),
      "2026-10-25",
      ["10-24T20:00 10-25T05:00"],
    ],
    [
      "a start that the clocks skip",
      deny("Europe/Paris", weekly("SU", "02:30", 2)),
      "2026-03-29",
      ["03-29T01:00 03-29T02:30"],
    ],
    [
      "an end that the clocks skip",
      deny("Europe/Paris", weekly("SU", "01:00", 1.5)),
      "2026-03-29",
      ["03-29T00:00 03-29T01:00"],
    ],
    ["a window that the clocks skip", deny("Europe/Paris", weekly("SU", "02:10", 0.5)), "2026-03-29", []],
    [
      "an hour that comes twice",
      deny("Europe/Paris", weekly("SU", "02:00", 1)),
      "2026-10-25",
      ["10-25T00:00 10-25T02:00"],
    ],
    [
      "an end in the hour that comes twice",
      deny("Europe/Paris", weekly("SU", "01:00", 1.5)),
      "2026-10-25",
      ["10-24T23:00 10-25T01:30"],
    ],
    // New York: 8 March 2026 02:00 → 03:00, 1 November 2026 02:00 → 01:00.
    [
      "a Sunday of 23 hours, New York",
      deny("America/New_York", weekly("SU", "00:00", 24)),
      "2026-03-08",
      ["03-08T05:00 03-09T04:00"],
    ],
    [
      "a Sunday of 25 hours, New York",
      deny("America/New_York", weekly("SU", "00:00", 24)),
      "2026-11-01",
      ["11-01T04:00 11-02T05:00"],
    ],
    // Lord Howe moves by half an hour: 5 April 2026 02:00 → 01:30, 4 October 2026 02:00 → 02:30.
    [
      "a Sunday of 24.5 hours",
      deny("Australia/Lord_Howe", weekly("SU", "00:00", 24)),
      "2026-04-05",
      ["04-04T13:00 04-05T13:30"],
    ],
    [
      "a Sunday of 23.5 hours",
      deny("Australia/Lord_Howe", weekly("SU", "00:00", 24)),
      "2026-10-04",
      ["10-03T13:30 10-04T13:00"],
    ],
    ["the skipped half hour", deny("Australia/Lord_Howe", weekly("SU", "02:00", 0.5)), "2026-10-04", []],
    [
      "the half hour that comes twice",
      deny("Australia/Lord_Howe", weekly("SU", "01:30", 0.5)),
      "2026-04-05",
      ["04-04T14:30 04-04T15:30"],
    ],
    // Havana changes at midnight: 1 November 2026 01:00 → 00:00; Apia has no changes and is 13 hours ahead.
    [
      "a day of 25 hours, Havana",
      deny("America/Havana", weekly("SU", "00:00", 24)),
      "2026-11-01",
      ["11-01T04:00 11-02T05:00"],
    ],
    [
      "a day far ahead of UTC",
      deny("Pacific/Apia", weekly("SU", "00:00", 24)),
      "2026-06-07",
      ["06-06T11:00 06-07T11:00"],
    ],
    // One that allows is in doubt read the other way.
    [
      "allowed until an hour that comes twice",
      allow("Europe/Paris", weekly("SU", "00:00", 2.5), weekly("SU", "04:00", 48)),
      "2026-10-25",
      ["10-20T02:00 10-24T22:00", "10-25T00:30 10-25T03:00"],
    ],
  ];
  it.each(table)("%s", (_, calendar, date, expected) => {
    expect(around(calendar, date)).toEqual(expected);
  });
});

describe("the state of a calendar", () => {
  const at = (calendar: Calendar, now: string) => calendarAt(calendar, now);
  const noFriday = deny("Europe/Paris", weekly("FR,SA,SU", "00:00", 24, { name: "no Friday deploys" }));

  it("joins windows that touch: Friday to Sunday is one closing", () => {
    expect(at(noFriday, "2026-05-09T10:00:00.000Z")).toMatchObject({
      ...{ open: false, closedBy: ["no Friday deploys"], opensAt: "2026-05-10T22:00:00.000Z" },
      closing: { from: "2026-05-07T22:00:00.000Z", to: "2026-05-10T22:00:00.000Z" },
    });
  });

  it("is closed from the very millisecond at which a window begins, and open from the one at which it ends", () => {
    expect(at(noFriday, "2026-05-07T21:59:59.999Z")).toMatchObject({
      open: true,
      closesAt: "2026-05-07T22:00:00.000Z",
    });
    expect(at(noFriday, "2026-05-07T22:00:00.000Z").open).toBe(false);
    expect(at(noFriday, "2026-05-10T21:59:59.999Z").open).toBe(false);
    expect(at(noFriday, "2026-05-10T22:00:00.000Z").open).toBe(true);
  });

  it("opens after the last of windows that overlap, and names those of this moment alone", () => {
    const calendar = deny(
      "Europe/Paris",
      weekly("FR", "20:00", 12),
      once("move", "2026-05-09T06:00", "2026-05-09T12:00"),
    );
    expect(at(calendar, "2026-05-08T20:00:00.000Z")).toMatchObject({
      closedBy: ["FR 20:00"],
      opensAt: "2026-05-09T10:00:00.000Z",
      closing: { by: ["FR 20:00", "move"] },
    });
    expect(at(calendar, "2026-05-09T05:00:00.000Z").closedBy).toEqual(["FR 20:00", "move"]);
  });

  it("goes over the end of a year", () => {
    const calendar = deny("Europe/Paris", once("year's end", "2026-12-18T18:00", "2027-01-04T08:00"));
    expect(at(calendar, "2026-12-31T23:59:59.999Z").opensAt).toBe("2027-01-04T07:00:00.000Z");
    expect(at(calendar, "2027-01-01T00:00:00.000Z")).toMatchObject({
      open: false,
      opensAt: "2027-01-04T07:00:00.000Z",
    });
    const holidays: CalendarWindow = {
      ...weekly("", "00:00", 24),
      name: "holidays",
      rrule: "FREQ=YEARLY;BYMONTH=12,1;BYMONTHDAY=31,1",
    } as CalendarWindow;
    expect(at(deny("Europe/Paris", holidays), "2026-12-31T12:00:00.000Z").opensAt).toBe("2027-01-01T23:00:00.000Z");
  });

  it("knows of no opening where a window has no end, and none where every day is closed, and says how far it looked", () => {
    const open = at(deny("UTC", once("incident 7", "2020-01-01T00:00")), "2026-05-08T20:00:00.000Z");
    expect(open).toMatchObject({ open: false, opensAt: null, closing: { from: "2020-01-01T00:00:00.000Z", to: null } });
    expect(open.lookedUntil).toBe("2031-06-01T00:00:00.000Z");
    expect(at(deny("UTC", daily("00:00", 1440)), "2026-05-08T20:00:00.000Z")).toMatchObject({
      opensAt: null,
      closing: { from: null },
    });
    expect(
      at(allow("UTC", once("past", "2020-01-01T00:00", "2020-01-02T00:00")), "2026-05-08T20:00:00.000Z"),
    ).toMatchObject({
      ...{ closedBy: ["outside past"], opensAt: null },
    });
  });

  it("finds an opening that is years ahead, and does not take the end of one window for it where another goes on", () => {
    const long = deny(
      "UTC",
      once("long", "2026-01-01T00:00", "2028-01-01T00:00"),
      once("longer", "2027-12-31T00:00", "2028-02-01T00:00"),
    );
    expect(at(long, "2026-05-08T20:00:00.000Z").opensAt).toBe("2028-02-01T00:00:00.000Z");
    const beyond = deny("UTC", once("very long", "2026-01-01T00:00", "2050-01-01T00:00"));
    expect(at(beyond, "2026-05-08T20:00:00.000Z").opensAt).toBeNull();
  });

  it("needs one open window where any is given, and denies within it all the same", () => {
    const calendar = {
      ...allow("Europe/Paris", weekly("TU,WE,TH", "09:00", 7)),
      deny: [once("audit", "2026-05-06T12:00", "2026-05-06T13:00")],
    };
    expect(at(calendar, "2026-05-05T07:00:00.000Z")).toMatchObject({
      open: true,
      closesAt: "2026-05-05T14:00:00.000Z",
    });
    expect(at(calendar, "2026-05-05T14:00:00.000Z")).toMatchObject({
      closedBy: ["outside TU,WE,TH 09:00"],
      opensAt: "2026-05-06T07:00:00.000Z",
    });
    expect(at(calendar, "2026-05-06T10:30:00.000Z")).toMatchObject({
      closedBy: ["audit"],
      opensAt: "2026-05-06T11:00:00.000Z",
    });
  });

  it("leaves out the days that are excepted, and counts every other week from its first day", () => {
    const excepted = deny("Europe/Paris", weekly("FR", "00:00", 24, { except: ["2026-05-08"] }));
    expect(at(excepted, "2026-05-08T10:00:00.000Z")).toMatchObject({
      open: true,
      closesAt: "2026-05-14T22:00:00.000Z",
    });
    const second: CalendarWindow = {
      ...weekly("MO", "00:00", 24),
      rrule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
      firstOn: "2020-01-06",
    } as CalendarWindow;
    const closed = ["2026-05-04", "2026-05-11", "2026-05-18"].map(
      (day) => !at(deny("UTC", second), `${day}T10:00:00.000Z`).open,
    );
    expect(closed).toEqual([true, false, true]);
  });

  it.each([
    ["UNTIL=20260508", true, false],
    ["UNTIL=20260508T070000", false, false],
    ["UNTIL=20260508T080000Z", true, false],
    ["UNTIL=20260508T055959Z", false, false],
  ])("ends a rule at %s, on its own clock", (until, eighth, fifteenth) => {
    const calendar = deny("Europe/Paris", {
      ...weekly("FR", "08:00", 4),
      rrule: `FREQ=WEEKLY;BYDAY=FR;${until}`,
    } as CalendarWindow);
    expect(at(calendar, "2026-05-08T09:00:00.000Z").open).toBe(!eighth);
    expect(at(calendar, "2026-05-15T09:00:00.000Z").open).toBe(!fifteenth);
  });
});

/** The definition, naively: what the clock on the wall shows, by Intl, and whether a window of a day around covers it. */
const clocks = new Map<string, Intl.DateTimeFormat>();
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat("en-US", {
    ...({ timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" } as const),
    ...({ hour: "numeric", minute: "numeric", second: "numeric" } as const),
  });
  clocks.set(timeZone, clock);
  return clock;
}
function wall(timeZone: string, at: number): number {
  const parts = clockOf(timeZone).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

const dayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
interface Simple {
  days: string[];
  startMinutes: number;
  lastsMinutes: number;
}
function covers(window: Simple, shown: number): boolean {
  const midnight = Math.floor(shown / 86_400_000) * 86_400_000;
  return Array.from(
    { length: Math.ceil(window.lastsMinutes / 1440) + 1 },
    (_, back) => midnight - back * 86_400_000,
  ).some((day) => {
    const start = day + window.startMinutes * 60_000;
    const named = window.days.includes(dayNames[new Date(day).getUTCDay()] ?? "");
    return named && start <= shown && shown < start + window.lastsMinutes * 60_000;
  });
}
const written = ({ days, startMinutes, lastsMinutes }: Simple): CalendarWindow => {
  const start = new Date(startMinutes * 60_000).toISOString().slice(11, 16);
  return weekly(days.join(","), start, lastsMinutes / 60);
};

describe("of any calendar", () => {
  const zones = [
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Kolkata",
  ];
  const simple = fc.record({
    days: fc.uniqueArray(fc.constantFrom(...dayNames), { minLength: 1 }),
    startMinutes: fc.integer({ min: 0, max: 1439 }),
    lastsMinutes: fc.integer({ min: 1, max: 3 * 1440 }),
  });
  const minute = 60_000;
  // Half of the moments near a change of the clocks.
  const changes = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"].map((day) =>
    Date.parse(day),
  );
  const moment = fc.oneof(
    fc.integer({ min: Date.UTC(2026, 0) / minute, max: Date.UTC(2027, 0) / minute }).map((at) => at * minute),
    fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -1440, max: 1440 })).map(([day, by]) => day + by * minute),
  );
  const given = fc.record({
    zone: fc.constantFrom(...zones),
    deny: fc.array(simple, { maxLength: 3 }),
    allow: fc.array(simple, { maxLength: 2 }),
    at: moment,
  });
  const calendarOf = (one: { zone: string; deny: Simple[]; allow: Simple[] }): Calendar => ({
    ...{ timezone: one.zone, deny: one.deny.map(written), allow: one.allow.map(written) },
  });
  const naivelyOpen = (one: { zone: string; deny: Simple[]; allow: Simple[] }, at: number): boolean => {
    const shown = wall(one.zone, at);
    const allowed = one.allow.length === 0 || one.allow.some((window) => covers(window, shown));
    return allowed && !one.deny.some((window) => covers(window, shown));
  };
  const isDoubled = (zone: string, at: number) =>
    [-60, -30, 30, 60].some(
      (by) =>
        wall(zone, at + by * minute) === wall(zone, at) ||
        wall(zone, at + by * minute) - wall(zone, at) !== by * minute,
    );

  it("open is what the clock on the wall says; only where an hour comes twice it may be closed for longer", () => {
    fc.assert(
      fc.property(given, (one) => {
        const { open } = calendarAt(calendarOf(one), new Date(one.at).toISOString());
        const naive = naivelyOpen(one, one.at);
        return open === naive || (!open && isDoubled(one.zone, one.at));
      }),
      { numRuns: 80 },
    );
  });

  it("the next opening is open, and nothing before it is", () => {
    fc.assert(
      fc.property(given, fc.double({ min: 0, max: 1, noNaN: true }), (one, share) => {
        const calendar = calendarOf(one);
        const state = calendarAt(calendar, new Date(one.at).toISOString());
        if (state.open) return true;
        const until = state.opensAt === null ? Date.parse(state.lookedUntil) : Date.parse(state.opensAt);
        const between = Math.floor((one.at + share * (until - one.at - 1)) / minute) * minute;
        const nothingBefore = between < one.at || !calendarAt(calendar, new Date(between).toISOString()).open;
        const justBefore = !calendarAt(calendar, new Date(until - 1).toISOString()).open;
        return nothingBefore && justBefore && (state.opensAt === null || calendarAt(calendar, state.opensAt).open);
      }),
      { numRuns: 80 },
    );
  });

  it("the next closing is closed, and nothing before it is", () => {
    fc.assert(
      fc.property(given, fc.double({ min: 0, max: 1, noNaN: true }), (one, share) => {
        const calendar = calendarOf(one);
        const state = calendarAt(calendar, new Date(one.at).toISOString());
        if (!state.open || state.closesAt === null) return true;
        const until = Date.parse(state.closesAt);
        const between = Math.floor(one.at + share * (until - one.at - 1));
        const open = (at: number) => calendarAt(calendar, new Date(at).toISOString()).open;
        return open(between) && open(until - 1) && !open(until);
      }),
      { numRuns: 80 },
    );
  });
});
