import { describe, expect, it } from "vitest";
import { markOf, markPath, printedDigest, printedDigits } from "./digest-mark";

const digest = "sha256:4f1cbd55bd3affb25648e5ffe2062419522dc79a470dbd7da4ab863688659ab2";

describe("the digits that are printed", () => {
  it("are the first four and the last four", () => {
    expect(printedDigits(digest)).toBe("4f1c9ab2");
    expect(printedDigest(digest)).toBe("4f1c…9ab2");
    expect(printedDigest(digest.slice("sha256:".length))).toBe("4f1c…9ab2");
  });

  it("are all of a text that is no longer than eight", () => {
    expect(printedDigest("8e41b7d")).toBe("8e41b7d");
  });
});

describe("the mark of a digest", () => {
  it("has two bars for each printed digit, two bits a bar", () => {
    expect(markOf(digest)).toEqual(
      // 4 = 01 00, f = 11 11, 1 = 00 01, c = 11 00, 9 = 10 01, a = 10 10, b = 10 11, 2 = 00 10
      [
        ["up", "short"],
        ["full", "full"],
        ["short", "up"],
        ["full", "short"],
        ["down", "up"],
        ["down", "down"],
        ["down", "full"],
        ["short", "down"],
      ].flat(),
    );
  });

  it("differs for every pair of printed digits that differ", () => {
    const marks = Array.from({ length: 256 }, (_, value) => markPath(value.toString(16).padStart(2, "0")));
    expect(new Set(marks).size).toBe(256);
  });

  it("is the same for digests whose printed digits are the same", () => {
    expect(markPath(`4f1c${"0".repeat(56)}9ab2`)).toBe(markPath(digest));
  });

  it("leaves out what is no hex digit", () => {
    expect(markOf("zz4f")).toEqual(["up", "short", "full", "full"]);
  });

  it("draws each bar three units on from the one before", () => {
    expect(markPath("4f")).toBe("M0.75 0V8M3.75 4V8M6.75 0V12M9.75 0V12");
  });
});
