import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { refusals } from "@/lib/api/refusals";
import type { Access } from "@/lib/api/testing/access/access";
import { pageAccess } from "@/lib/api/testing/access/pages";
import { actionAccess, apiAccess } from "@/lib/api/testing/access-table";
import { ofTheCaller } from "@/lib/api/testing/caller-headers";
import { type Caller, callers, members, persons, unknown } from "@/lib/api/testing/callers";
import { type Entrances, openEntrances } from "@/lib/api/testing/entrances";

// Server actions and next-auth read the headers of the request they are in; here it is the caller's.
vi.mock("next/headers", async () => (await import("@/lib/api/testing/caller-headers")).ofTheCaller);
// next-auth requires the module, which the mock of an import does not reach.
Object.assign(createRequire(import.meta.url)("next/headers"), ofTheCaller);

let entrances: Entrances;

/** The project's name, alone or in an id. */
const ofDemo = /"demo"(?!:)|\bdemo[-/]/;
const routeAccess: Record<string, Access> = { ...apiAccess, ...pageAccess };
const table = Object.entries(routeAccess);
const actionTable = Object.entries(actionAccess);

beforeAll(async () => {
  entrances = await openEntrances();
});
afterAll(() => entrances?.close());

const mayUse = ({ may }: Access, caller: Caller, place: string) => {
  const write = !place.startsWith("GET ");
  if (may.kind === "open") return true;
  // What another site makes a browser ask is answered to the browser, which keeps it; a write is refused.
  if (may.kind === "hides") return !unknown.includes(caller);
  return may.who.includes(caller) && !(write && caller === "foreignPage");
};

describe("everything that can be called is in the table", () => {
  it("routes", () => {
    const exported = entrances.routes.flatMap((route) =>
      Object.keys(route.methods).map((method) => `${method} /api${route.template}`),
    );
    expect(Object.keys(routeAccess).sort()).toEqual(exported.sort());
  });

  it("server actions", () => {
    const ours = [...entrances.actions.keys()].filter((name) => name !== "sign-out-action signOut");
    expect(Object.keys(actionAccess).sort()).toEqual(ours.sort());
  });
});

describe("who may not is refused, and nothing changes", () => {
  it.each(table)("%s", async (place, access) => {
    const before = await entrances.prints.take();
    for (const caller of callers.filter((one) => !mayUse(access, one, place))) {
      const { status, text } = await entrances.knock(access, place, caller);
      expect(status, `${caller}: ${text}`).toBe(unknown.includes(caller) ? 401 : 404);
      expect(text, caller).not.toMatch(ofDemo);
      expect(await entrances.prints.take(), caller).toEqual(before);
    }
  });

  it.each(actionTable)("action %s", async (name, access) => {
    const before = await entrances.prints.take();
    for (const caller of persons.filter((one) => !mayUse(access, one, name))) {
      const code = caller === "nobody" ? "unauthenticated" : "notAvailable";
      expect(await entrances.act(access, name, caller), caller).toMatchObject({ ok: false, code });
      expect(await entrances.prints.take(), caller).toEqual(before);
    }
  });
});

describe("who may is answered", () => {
  it.each(table)("%s", async (place, access) => {
    const expected = access.may.kind === "open" ? (access.may.status ?? 200) : undefined;
    let successes = 0;
    const answers: string[] = [];
    for (const caller of callers.filter((one) => mayUse(access, one, place))) {
      await access.refresh?.(entrances.stage);
      const { status, text } = await entrances.knock(access, place, caller);
      if (status < 300) successes += 1;
      else answers.push(text);
      if (expected !== undefined) expect(status, `${caller}: ${text}`).toBe(expected);
      else if (!(access.rulesMayRefuse && isRefusal(text))) expect(status, `${caller}: ${text}`).toBeLessThan(300);
      if (access.may.kind === "hides" && !members.includes(caller)) expect(text, caller).not.toMatch(ofDemo);
    }
    if (expected === undefined) expect(successes, answers.join("\n")).toBeGreaterThan(0);
  });

  it.each(actionTable)("action %s", async (name, access) => {
    for (const caller of persons.filter((one) => mayUse(access, one, name))) {
      await access.refresh?.(entrances.stage);
      const outcome = await entrances.act(access, name, caller);
      const ruled = access.rulesMayRefuse && outcome.code !== undefined && Object.hasOwn(refusals, outcome.code);
      if (!ruled) expect(outcome, caller).toMatchObject({ ok: true });
    }
  });
});

/** A problem whose code is one of the rules of promotions, not of who may. */
function isRefusal(text: string): boolean {
  const { code } = JSON.parse(text) as { code?: string };
  return code !== undefined && Object.hasOwn(refusals, code);
}
