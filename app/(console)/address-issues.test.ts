import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { addressIssues } from "@/app/(console)/address-issues";

it.each([
  "/",
  "/history?project=demo&text=na%C3%AFve%20%26%20more",
  "/services/veza/backend?compare=staging..production",
  "/promotions/veza-12?at=40",
])("%s may be meant", (path) => {
  expect(addressIssues(path)).toEqual([]);
});

it.each([
  ["/history?project=demo&text=%00", "text"],
  ["/history?te%00xt=1", ""],
  ["/releases?text=a%E2%80%AEb", "text"],
  ["/promotions/veza%00-12", "segment 2"],
  ["/promotions/%E0%A4%A", "segment 2"],
])("%s names nothing", (path, where) => {
  expect(addressIssues(path).map((issue) => issue.path)).toEqual([where]);
});

it("is asked by every page of the console, through who asks for it", () => {
  const pages = globSync("app/(console)/**/page.tsx");
  const without = pages.filter((page) => !readFileSync(page, "utf8").includes("await pagePrincipal("));
  expect(pages.length).toBeGreaterThan(20);
  // That one only redirects, to an address of its own.
  expect(without).toEqual(["app/(console)/settings/page.tsx"]);
});
