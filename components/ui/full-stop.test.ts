import { describe, expect, it } from "vitest";
import { fullStopAfter } from "./full-stop";

describe("the end of a sentence that quotes a reason", () => {
  it.each([
    ["the shop is down", "."],
    ["the shop is down.", ""],
    ["does it bite?", ""],
    ["for now… ", ""],
    ["(INC-7)", "."],
    ["", "."],
  ])("of %j is %j", (reason, end) => {
    expect(fullStopAfter(reason)).toBe(end);
  });
});
