import { expect, test } from "vitest";
import { startWords } from "./start-time";

const now = Date.parse("2026-05-08T10:00:00Z");

test.each([
  ["2026-05-10T22:00:00.000Z", "Europe/Paris", "Mon 00:00"],
  ["2026-05-10T22:00:00.000Z", "America/New_York", "Sun 18:00"],
  ["2026-05-15T09:59:00.000Z", "UTC", "Fri 09:59"],
  ["2026-05-15T10:00:00.000Z", "UTC", "Fri 15 May 10:00"],
])("%s reads in %s as %s: a day of the week alone means this week", (at, zone, words) => {
  expect(startWords(at, now, zone)).toBe(words);
});
