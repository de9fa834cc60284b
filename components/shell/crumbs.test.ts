import { describe, expect, it } from "vitest";
import { crumbsOf } from "./crumbs";
import { initialsOf } from "./person-menu";
import { isAt, places } from "./places";

describe("the way to a page", () => {
  it("is read from its address, and links only to pages that are", () => {
    expect(crumbsOf("/services/veza/backend")).toEqual([
      { label: "Services", href: "/services" },
      { label: "veza" },
      { label: "backend" },
    ]);
  });

  it("decodes names, and leaves what cannot be decoded as it is", () => {
    expect(crumbsOf("/releases/v1.4.0%2Brc").at(-1)).toEqual({ label: "v1.4.0+rc" });
    expect(crumbsOf("/releases/100%").at(-1)).toEqual({ label: "100%" });
  });

  it("is empty on the overview", () => expect(crumbsOf("/")).toEqual([]));
});

describe("where one is", () => {
  const here = (pathname: string) => places.filter((place) => isAt(place, pathname)).map((place) => place.name);

  it("is a page or what lies below it, never its namesake", () => {
    expect(here("/")).toEqual(["overview"]);
    expect(here("/promotions/P-12")).toEqual(["promotions"]);
    expect(here("/promotionsx")).toEqual([]);
  });
});

describe("the letters of a person", () => {
  it.each([
    ["release manager", "RM"],
    ["Ada", "AD"],
    ["Grace Brewster Hopper", "GH"],
    ["  ", ""],
  ])("%s is %s", (name, letters) => expect(initialsOf(name)).toBe(letters));
});
