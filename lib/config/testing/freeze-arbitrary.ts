import fc from "fast-check";
import { duration } from "@/lib/config/testing/duration-arbitrary";

const day = fc.date({ min: new Date("2020-01-01"), max: new Date("2090-12-31"), noInvalidDate: true });
const date = day.map((one) => one.toISOString().slice(0, 10));
const window = fc.oneof(
  fc.record(
    {
      rrule: fc.constantFrom("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=FR,SA", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1"),
      start: fc.constantFrom("00:00", "22:30"),
      lasts: duration,
      firstOn: date,
      except: fc.array(date, { maxLength: 2 }),
    },
    { requiredKeys: ["rrule"] },
  ),
  fc.record({ from: date.map((one) => `${one}T18:00`) }),
  date.map((one) => ({ from: `${one}T08:00`, to: `${one}T12:30` })),
);
const named = (label: string) =>
  fc
    .array(window, { minLength: 1, maxLength: 2 })
    .map((windows) => windows.map((one, index) => ({ name: `${label} ${index}`, ...one })));
/** `freeze: {…}` of an environment, valid. */
export const freeze = fc.record(
  {
    timezone: fc.constantFrom("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"),
    deny: named("deny"),
    allow: named("allow"),
    exempt: fc.subarray(["P0", "P1", "P2", "P3"]),
    appliesTo: fc.subarray(["promote", "autoPromote", "rollback"], { minLength: 1 }),
  },
  { requiredKeys: ["timezone", "deny"] },
);
