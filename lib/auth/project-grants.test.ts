import { expect, test } from "vitest";
import { grantsOf, readPeople } from "@/lib/auth/project-grants";
import { sameAddress } from "@/lib/pipeline/policy/same-address";

test("a grant is for a group or for an address", () => {
  const people = readPeople([
    { kind: "group", group: "veza-release", role: "releaseManager" },
    { kind: "group", group: "veza-approvers", role: "approver", environments: ["production"] },
    { kind: "person", email: "rita@example.org", role: "viewer" },
  ]);
  const projects = [{ project: "veza", people }];
  expect(grantsOf({ email: "Rita@Example.org", groups: ["veza-approvers"] }, projects)).toEqual([
    { project: "veza", role: "approver", environments: ["production"] },
    { project: "veza", role: "viewer", environments: null },
  ]);
  expect(grantsOf({ email: "", groups: [] }, projects)).toEqual([]);
  expect(grantsOf({ email: "other@example.org", groups: ["VEZA-RELEASE"] }, projects)).toEqual([]);
});

test("what is not understood gives nobody anything", () => {
  expect(readPeople(undefined)).toEqual([]);
  expect(readPeople([{ kind: "group", group: "", role: "viewer" }])).toEqual([]);
  expect(
    readPeople([
      { kind: "everybody", role: "viewer" },
      { kind: "group", group: "a", role: "owner" },
    ]),
  ).toEqual([]);
  expect(readPeople([{ kind: "group", group: "a", role: "approver", environments: [] }])).toEqual([]);
});

test.each([
  ["rita@example.org", "RITA@example.org", true],
  ["rita@example.org", "rita@example.org ", false],
  ["kate@example.org", "\u212Aate@example.org", false],
  ["mike@example.org", "m\u0131ke@example.org", false],
  ["m\u0131ke@example.org", "m\u0131ke@example.org", false],
  ["fine@example.org", "\uFB01ne@example.org", false],
  ["", "", false],
])("%s and %s: %s", (one, other, same) => {
  expect(sameAddress(one, other)).toBe(same);
});
