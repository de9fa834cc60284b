import { describe, expect, test } from "vitest";
import { type Action, actions, can, mayGrant, mustBeAbleTo, visibleProjects } from "@/lib/auth/permissions";
import type { Grant, PersonPrincipal, TokenPrincipal } from "@/lib/auth/principal";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";
import type { Role } from "@/lib/pipeline/policy/project";

function person(grants: Grant[], administrator = false): PersonPrincipal {
  return { kind: "person", id: "idp#1", name: "Rita", email: "rita@example.org", groups: [], administrator, grants };
}

function token(owner: PersonPrincipal, over: Partial<TokenPrincipal> = {}): TokenPrincipal {
  const base = {
    kind: "token",
    id: "t1",
    name: "ci",
    project: "veza",
    role: "administrator",
    environments: null,
  } as const;
  return { ...base, expiresAt: "2030-01-01T00:00:00.000Z", owner, ...over };
}

const grant = (role: Role, environments: string[] | null = null): Grant => ({ project: "veza", role, environments });

// Written out by hand, so that a slip in the table is a failing line here: V R P O A = who may.
const table: Record<Action, string> = {
  view: "V R P O A",
  announce: "- R - - A",
  createToken: "- R P - A",
  promote: "- R - - A",
  approve: "- - P - A",
  reject: "- - P - A",
  abort: "- R P - A",
  pause: "- R P - A",
  skipStep: "- - - O A",
  fireTrigger: "- R P - A",
  rollBack: "- R - - A",
  hold: "- R P - A",
  release: "- R - - A",
  block: "- R P - A",
  unblock: "- - P - A",
  pin: "- R - - A",
  reportCheck: "- R - - A",
  tick: "- R P - A",
  override: "- - - O A",
  reviewOverride: "- - P O A",
  adoptDrift: "- R - - A",
  revertDrift: "- R - - A",
  configure: "- - - - A",
  administer: "- - - - -",
};
const letters: [Role, number][] = [
  ["viewer", 0],
  ["releaseManager", 1],
  ["approver", 2],
  ["overrider", 3],
  ["administrator", 4],
];
const everyCase = actions.flatMap((action) =>
  letters.map(([role, at]) => [role, action, table[action].split(" ")[at] !== "-"] as const),
);

describe("every role and action", () => {
  test.each(everyCase)("%s %s: %s", (role, action, allowed) => {
    const scope = { project: "veza", environment: "staging" };
    expect(can(person([grant(role)]), action, scope)).toBe(allowed);
    expect(can(person([grant(role)]), action, { project: "other", environment: "staging" })).toBe(false);
    expect(can(token(person([grant(role)])), action, scope)).toBe(allowed);
  });

  test("an alarm is a token that reports triggers where it may, and does nothing else, not even look", () => {
    const alarm = token(person([], true), { role: "alarm", environments: ["staging"] });
    const may = (environment: string) => actions.filter((one) => can(alarm, one, { project: "veza", environment }));
    expect(may("staging")).toEqual(["fireTrigger"]);
    expect(may("production")).toEqual([]);
    expect(can(alarm, "view", { project: "veza" })).toBe(false);
    expect(visibleProjects(alarm, ["veza"])).toEqual([]);
    expect(can(token(person([grant("viewer")]), { role: "alarm" }), "fireTrigger", { project: "veza" })).toBe(false);
    expect(mayGrant(person([grant("releaseManager")]), "veza", "alarm", null)).toBe(true);
    expect(mayGrant(person([grant("viewer")]), "veza", "alarm", null)).toBe(false);
    expect(can(alarm, "administer", { instance: true })).toBe(false);
  });

  test("nobody but an administrator of the installation administers it", () => {
    for (const [role] of letters) expect(can(person([grant(role)]), "administer", { instance: true })).toBe(false);
    expect(can(person([], true), "administer", { instance: true })).toBe(true);
    expect(can(person([], true), "administer", { project: "veza" })).toBe(false);
  });
});

describe("roles in some environments", () => {
  const rita = person([grant("releaseManager", ["staging"])]);

  test("count there, and not elsewhere, and not for all of them", () => {
    expect(can(rita, "promote", { project: "veza", environment: "staging" })).toBe(true);
    expect(can(rita, "promote", { project: "veza", environment: "production" })).toBe(false);
    expect(can(rita, "promote", { project: "veza" })).toBe(false);
    expect(can(person([grant("releaseManager")]), "promote", { project: "veza" })).toBe(true);
  });

  test("see the whole project and may announce into it", () => {
    expect(can(rita, "view", { project: "veza", environment: "production" })).toBe(true);
    expect(can(rita, "announce", { project: "veza" })).toBe(true);
  });

  test("do not configure the project, even as administrator", () => {
    expect(can(person([grant("administrator", ["staging"])]), "configure", { project: "veza" })).toBe(false);
  });

  test("add up", () => {
    const both = person([grant("releaseManager", ["staging"]), grant("approver", ["production"])]);
    expect(can(both, "approve", { project: "veza", environment: "production" })).toBe(true);
    expect(can(both, "promote", { project: "veza", environment: "production" })).toBe(false);
  });
});

describe("tokens", () => {
  const rita = person([grant("releaseManager")]);

  test("never exceed their owner", () => {
    expect(can(token(rita), "promote", { project: "veza", environment: "staging" })).toBe(true);
    expect(can(token(rita), "approve", { project: "veza", environment: "staging" })).toBe(false);
    expect(can(token(person([])), "view", { project: "veza" })).toBe(false);
  });

  test("never exceed themselves", () => {
    const viewer = token(rita, { role: "viewer" });
    expect(can(viewer, "promote", { project: "veza", environment: "staging" })).toBe(false);
    const staging = token(rita, { role: "releaseManager", environments: ["staging"] });
    expect(can(staging, "promote", { project: "veza", environment: "staging" })).toBe(true);
    expect(can(staging, "promote", { project: "veza", environment: "production" })).toBe(false);
    const admin = token(person([], true), { project: "veza" });
    expect(can(admin, "promote", { project: "other", environment: "staging" })).toBe(false);
    expect(can(admin, "administer", { instance: true })).toBe(false);
  });

  test("for every project reach the installation only as an unlimited administrator's", () => {
    const all = { project: "*" } as const;
    expect(can(token(person([], true), all), "administer", { instance: true })).toBe(true);
    expect(can(token(person([], true), { ...all, role: "viewer" }), "administer", { instance: true })).toBe(false);
    expect(can(token(person([], true), { ...all, environments: ["a"] }), "administer", { instance: true })).toBe(false);
    expect(can(token(rita, all), "administer", { instance: true })).toBe(false);
    expect(can(token(rita, all), "promote", { project: "veza", environment: "staging" })).toBe(true);
    expect(can(token(rita, all), "promote", { project: "other", environment: "staging" })).toBe(false);
  });
});

describe("handing out", () => {
  test("nobody gives more than they have", () => {
    const rita = person([grant("releaseManager")]);
    expect(mayGrant(rita, "veza", "viewer", null)).toBe(true);
    expect(mayGrant(rita, "veza", "releaseManager", null)).toBe(true);
    expect(mayGrant(rita, "veza", "approver", null)).toBe(false);
    expect(mayGrant(rita, "veza", "administrator", ["staging"])).toBe(false);
    expect(mayGrant(rita, "other", "viewer", null)).toBe(false);
    const staging = person([grant("releaseManager", ["staging"])]);
    expect(mayGrant(staging, "veza", "releaseManager", null)).toBe(false);
    expect(mayGrant(staging, "veza", "releaseManager", ["staging"])).toBe(true);
    expect(mayGrant(staging, "veza", "releaseManager", ["staging", "production"])).toBe(false);
    expect(mayGrant(person([], true), "veza", "administrator", null)).toBe(true);
  });
});

describe("refusals", () => {
  test("NotFound to whoever may not see the project, Forbidden to the rest", () => {
    const scope = { project: "veza", environment: "staging" };
    expect(() => mustBeAbleTo(person([]), "promote", scope)).toThrow(NotFound);
    expect(() => mustBeAbleTo(person([grant("viewer")]), "promote", scope)).toThrow(Forbidden);
    expect(() => mustBeAbleTo(person([grant("viewer")]), "administer", { instance: true })).toThrow(Forbidden);
    expect(() => mustBeAbleTo(person([grant("viewer")]), "view", scope)).not.toThrow();
  });

  test("only what may be seen is listed", () => {
    expect(visibleProjects(person([grant("viewer")]), ["a", "veza", "z"])).toEqual(["veza"]);
    expect(visibleProjects(person([], true), ["a", "veza"])).toEqual(["a", "veza"]);
  });
});
