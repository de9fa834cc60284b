import { describe, expect, it } from "vitest";
import { actionReach, actions, permissions } from "@/lib/auth/permissions";
import { type PersonRole, roles } from "@/lib/pipeline/policy/project";
import { rightsOf } from "@/lib/queries/person-rights";

const rita = {
  id: "i#rita",
  name: "Rita",
  email: "rita@example.org",
  groups: ["release", "staff"],
  administrator: false,
};
const lines: PersonRole[] = [
  { kind: "group", group: "staff", role: "viewer" },
  { kind: "group", group: "others", role: "administrator" },
  { kind: "group", group: "release", role: "releaseManager", environments: ["staging"] },
  { kind: "person", email: "RITA@example.org", role: "approver", environments: ["production"] },
];
const environments = ["testing", "staging", "production"];

describe("the rights of a person", () => {
  it("name the line of the file that gives them, where they count, and nothing of other lines", () => {
    const rows = rightsOf(rita, "veza", environments, lines);
    const find = (action: string) => rows.filter((row) => (row.actions as string[]).includes(action));
    expect(find("promote")).toEqual([
      expect.objectContaining({
        environments: ["staging"],
        by: [{ kind: "group", group: "release", role: "releaseManager", line: 3 }],
      }),
    ]);
    expect(find("approve")).toEqual([
      expect.objectContaining({ environments: ["production"], by: [{ kind: "address", role: "approver", line: 4 }] }),
    ]);
    // Both roles may stop the line, each where it holds.
    expect(find("hold").map((row) => row.environments)).toEqual([["staging"], ["production"]]);
    expect(find("view")).toEqual([expect.objectContaining({ environments: null, by: expect.any(Array) })]);
    expect(find("view")[0]?.by.map((one) => "line" in one && one.line)).toEqual([1, 3, 4]);
    expect(find("configure")).toEqual([]);
  });

  it("of an administrator of the installation are all, by that alone and by their lines", () => {
    const rows = rightsOf({ ...rita, administrator: true }, "veza", environments, lines);
    const all = new Set(rows.flatMap((row) => row.actions));
    expect([...all].sort()).toEqual(actions.filter((one) => actionReach[one] !== "instance").sort());
    expect(rows.every((row) => row.by[0]?.kind === "installation")).toBe(true);
  });

  it("of every role are exactly those of the table", () => {
    for (const role of roles) {
      const may = permissions[role];
      const line = { kind: "group", group: "staff", role } as const;
      const rows = rightsOf(rita, "veza", environments, [line]);
      expect(rows.flatMap((row) => row.actions).sort(), role).toEqual([...may].sort());
      expect(rows.every((row) => row.environments === null)).toBe(true);
    }
  });

  it("are none for somebody whom no line is about", () => {
    expect(rightsOf({ ...rita, groups: [], email: "" }, "veza", environments, lines)).toEqual([]);
  });
});
