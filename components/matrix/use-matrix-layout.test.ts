import { describe, expect, it } from "vitest";
import { layoutFor } from "./use-matrix-layout";

describe("the drawing of the matrix", () => {
  it("is roomy up to four environments, where they have room", () => {
    expect(layoutFor(3, 1208, false)).toEqual({ kind: "roomy", scroll: "page" });
    expect(layoutFor(4, 1353, false)).toEqual({ kind: "roomy", scroll: "page" });
    expect(layoutFor(3, 920, false)).toEqual({ kind: "compact", scroll: "page" });
  });

  it("is compact from five, and has a frame of its own where they do not fit", () => {
    expect(layoutFor(5, 1353, false)).toEqual({ kind: "compact", scroll: "page" });
    expect(layoutFor(10, 1353, false)).toEqual({ kind: "compact", scroll: "page" });
    expect(layoutFor(12, 1353, false)).toEqual({ kind: "compact", scroll: "frame" });
  });

  it("goes by the number of environments before it is measured", () => {
    expect(layoutFor(4, undefined, false)).toEqual({ kind: "roomy", scroll: "page" });
    expect(layoutFor(12, undefined, false)).toEqual({ kind: "compact", scroll: "page" });
  });

  it("is a list of cards on a phone", () => {
    expect(layoutFor(12, 360, true)).toEqual({ kind: "cards", scroll: "page" });
  });
});
