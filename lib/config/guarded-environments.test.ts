import { expect, test } from "vitest";
import { guardedEnvironments } from "@/lib/config/guarded-environments";
import { parseDocuments } from "@/lib/config/parse";
import { shopFileWith } from "@/lib/config/testing/shop-file";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";

function project(from = "", to = ""): ProjectDocument {
  const parsed = parseDocuments(shopFileWith(from, to), []);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const found = parsed.documents.find((one) => one.kind === "Project");
  if (found?.kind !== "Project") throw new Error("no project");
  return found.project;
}

const approval = "        - approval: { count: 2, from: [shop-approvers], expiresAfter: 24h }\n";
const lastPerson = "role: administrator }";
const withPerson = (line: string) => `${lastPerson}\n    - ${line}`;

const touched: [string, string, string][] = [
  ["fewer approvals", "count: 2", "count: 1"],
  ["more approvals: whether it loosens is not asked", "count: 2", "count: 3"],
  ["no approval: what protects it cannot go by itself", approval, ""],
  ["a shorter soak", "for: 2h", "for: 1h"],
  ["other verification", "watch: 15m", "watch: 1m"],
  ["another role of those who are there", "role: releaseManager", "role: approver"],
  ["a role there for others", lastPerson, withPerson("{ group: staff, role: overrider, environments: [production] }")],
  ["a role everywhere for others", lastPerson, withPerson("{ group: staff, role: releaseManager }")],
  ["another image in it", "repository: shop/api", "repository: shop/api2"],
  ["another place in it", "namespace: shop, deployment: api", "namespace: other, deployment: api"],
  ["another strategy of a target in it", "maxUnavailable: 25%", "maxUnavailable: 50%"],
];

test.each(touched)("takes two: %s", (_, from, to) => {
  expect(guardedEnvironments(project(), project(from, to))).toEqual(["production"]);
});

const free: [string, string, string][] = [
  ["nothing", "", ""],
  ["what concerns staging alone", "tag: staging", "tag: staging\n      queue: newest"],
  ["a title", "title: The Shop", "title: Our Shop"],
  ["another viewer", lastPerson, withPerson("{ group: staff, role: viewer }")],
  ["a role in staging alone", lastPerson, withPerson("{ group: qa, role: approver, environments: [staging] }")],
];

test.each(free)("takes one: %s", (_, from, to) => {
  expect(guardedEnvironments(project(), project(from, to))).toEqual([]);
});

test("takes one where nothing is protected yet, also to protect it", () => {
  expect(guardedEnvironments(project(approval, ""), project())).toEqual([]);
});
