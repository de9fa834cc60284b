import { describe, expect, it } from "vitest";
import { overviewPath, projectsAsked, readFilter, windowPath, windowSize } from "./overview-filter";

describe("the addresses of the overview's reads", () => {
  it("name only what is not the default", () => {
    expect(windowPath({ text: " ", show: "all" }, 0)).toBe(`/api/view/matrix?offset=0&limit=${windowSize}`);
    expect(windowPath({ text: "a b", show: "drift", projects: ["veza", "mini"] }, 2)).toBe(
      `/api/view/matrix?offset=${2 * windowSize}&limit=${windowSize}&text=a+b&show=drift&projects=veza%2Cmini`,
    );
  });

  it("leave out the projects where all are in sight", () => {
    expect(projectsAsked(["a", "b"], ["a", "b"])).toBeUndefined();
    expect(overviewPath(projectsAsked(["a", "b"], ["a"]))).toBe("/api/view/overview?projects=a");
    expect(overviewPath(undefined)).toBe("/api/view/overview");
  });

  it("are read from the page's own, as far as they can be meant", () => {
    expect(readFilter({ text: "back", show: "drift" })).toEqual({ text: "back", show: "drift" });
    expect(readFilter({ text: ["a", "b"], show: "everything" })).toEqual({ text: "a", show: "all" });
    expect(readFilter({})).toEqual({ text: "", show: "all" });
  });
});
