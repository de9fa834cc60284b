import { describe, expect, it } from "vitest";
import { recurrenceProblem, startsOf } from "@/lib/pipeline/calendar/recurrence";

const starts = (rrule: string, from: string, to: string, firstOn?: string, start = "22:30") =>
  startsOf({ rrule, start, ...(firstOn ? { firstOn } : {}) }, "Europe/Paris", Date.parse(from), Date.parse(to)).map(
    (at) => new Date(at).toISOString().slice(0, 16),
  );

describe("a rule", () => {
  const table: [string, string | undefined, string[]][] = [
    ["FREQ=MONTHLY;BYDAY=-1FR", undefined, ["2026-01-30T22:30", "2026-02-27T22:30", "2026-03-27T22:30"]],
    ["FREQ=MONTHLY;BYMONTHDAY=31", undefined, ["2026-01-31T22:30", "2026-03-31T22:30"]],
    [
      "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
      undefined,
      ["2026-01-30T22:30", "2026-02-27T22:30", "2026-03-31T22:30"],
    ],
    ["FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", undefined, []],
    ["FREQ=WEEKLY;INTERVAL=4;BYDAY=MO", "2025-12-29", ["2026-01-26T22:30", "2026-02-23T22:30", "2026-03-23T22:30"]],
    ["FREQ=DAILY;COUNT=3", "2026-02-27", ["2026-02-27T22:30", "2026-02-28T22:30", "2026-03-01T22:30"]],
    ["FREQ=WEEKLY", "2026-03-20", ["2026-03-20T22:30", "2026-03-27T22:30"]],
  ];
  it.each(table)("%s names its days", (rrule, firstOn, expected) => {
    expect(starts(rrule, "2026-01-01", "2026-04-01", firstOn)).toEqual(expected);
  });

  it("of the first week of a year begins in the year before", () => {
    expect(starts("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2025-12-01", "2026-02-01")).toEqual(["2025-12-29T22:30"]);
  });

  it("of a first day long ago is reckoned as one of today", () => {
    expect(starts("FREQ=DAILY;INTERVAL=2", "2026-05-01", "2026-05-04", "2000-01-01")).toEqual(["2026-05-02T22:30"]);
  });

  it("of a leap day on a Monday names a day, though 28 years may pass", () => {
    const rare = { rrule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", start: "00:00" };
    expect(recurrenceProblem(rare)).toBeUndefined();
  });
});
