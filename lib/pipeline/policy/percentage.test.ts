import { expect, test } from "vitest";
import { parsePercentage } from "@/lib/pipeline/policy/percentage";

test.each([
  ["0%", 0],
  ["5%", 5],
  ["100%", 100],
])("%s is %i", (text, value) => expect(parsePercentage(text)).toBe(value));

test.each(["", "%", "5", "101%", "-1%", "05%", "5.5%", "5 %", " 5%", "5%%"])("%j is no percentage", (text) => {
  expect(parsePercentage(text)).toBeUndefined();
});
