import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { refusals } from "@/lib/api/refusals";
import { type Stage, setStage } from "@/lib/api/testing/access-stage";
import { type Access, actionAccess, apiAccess, pageAccess } from "@/lib/api/testing/access-table";
import { type ApiRoute, dispatch, loadApiRoutes, useWorld } from "@/lib/api/testing/api-server";
import {
  type Caller,
  callers,
  type Knocks,
  members,
  persons,
  prepareCallers,
  unknown,
} from "@/lib/api/testing/callers";
import { type DatabasePrints, openDatabasePrints } from "@/lib/api/testing/database-print";
import { parseCookies } from "@/lib/auth/session-cookie";
import { createTestDatabase } from "@/lib/db/test-database";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";

// Server actions and next-auth read the headers of the request they are in; here it is the caller's.
const jar = vi.hoisted(() => ({ cookie: "" }));
const ofTheCaller = {
  cookies: async () => ({
    getAll: () => [...parseCookies(jar.cookie)].map(([name, value]) => ({ name, value })),
  }),
  headers: async () => new Headers(),
};
vi.mock("next/headers", () => ofTheCaller);
// next-auth requires the module, which the mock of an import does not reach.
Object.assign(createRequire(import.meta.url)("next/headers"), ofTheCaller);

type Action = (input: unknown) => Promise<{ ok: boolean; code?: string }>;

let world: DemoWorld;
let stage: Stage;
let knocks: Knocks;
let prints: DatabasePrints;
let routes: ApiRoute[];
const actions = new Map<string, Action>();

/** The project's name, alone or in an id. */
const ofDemo = /"demo"(?!:)|\bdemo[-/]/;
const root = process.cwd();
const routeAccess: Record<string, Access> = { ...apiAccess, ...pageAccess };
const table = Object.entries(routeAccess);
const actionTable = Object.entries(actionAccess);

beforeAll(async () => {
  const database = await createTestDatabase();
  world = await createDemoWorld({ worker: false, database });
  useWorld(world);
  stage = await setStage(world);
  knocks = await prepareCallers(world);
  prints = await openDatabasePrints(database.superuserUrl);
  routes = await loadApiRoutes("app/api");
  for (const [name, run] of await loadActions()) actions.set(name, run);
}, 120_000);
afterAll(async () => {
  const hub = globalThis as typeof globalThis & { waybillChangeHub?: { close(): Promise<void> } };
  await hub.waybillChangeHub?.close();
  await prints?.close();
  await world?.close();
});

/** Every function of a module of server actions, as `promotions approveAction`. */
async function loadActions(): Promise<[string, Action][]> {
  const modules = globSync("app/**/*.ts").filter((file) => /^"use server";/m.test(readFileSync(file, "utf8")));
  const found = await Promise.all(
    modules.map(async (file) => {
      const exported = (await import(path.join(root, file))) as Record<string, unknown>;
      const functions = Object.entries(exported).filter(([, value]) => typeof value === "function");
      return functions.map(([name, run]): [string, Action] => [`${path.basename(file, ".ts")} ${name}`, run as Action]);
    }),
  );
  return found.flat();
}

/** A caller's request as a browser or a job sends it; the answer with its text. */
async function knock(access: Access, place: string, caller: Caller) {
  const { path: where, body, headers } = access.send(stage, caller);
  const [method = "GET"] = place.split(" ");
  jar.cookie = knocks.cookies[caller] ?? "";
  const request = new NextRequest(`http://127.0.0.1:3000${where}`, {
    method,
    headers: {
      ...knocks.headers[caller],
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const response = await dispatch(routes, request, "/api");
  // A stream of events has no end.
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    await response.body?.cancel();
    return { status: response.status, text: "" };
  }
  return { status: response.status, text: await response.text() };
}

async function act(access: Access, name: string, caller: Caller) {
  jar.cookie = knocks.cookies[caller] ?? "";
  return actions.get(name)?.(access.send(stage, caller).body) ?? { ok: false, code: "missing" };
}

const mayUse = ({ may }: Access, caller: Caller, place: string) => {
  const write = !place.startsWith("GET ");
  if (may.kind === "open") return true;
  // What another site makes a browser ask is answered to the browser, which keeps it; a write is refused.
  if (may.kind === "hides") return !unknown.includes(caller);
  return may.who.includes(caller) && !(write && caller === "foreignPage");
};

describe("everything that can be called is in the table", () => {
  it("routes", () => {
    const exported = routes.flatMap((route) =>
      Object.keys(route.methods).map((method) => `${method} /api${route.template}`),
    );
    expect(Object.keys(routeAccess).sort()).toEqual(exported.sort());
  });

  it("server actions", () => {
    const ours = [...actions.keys()].filter((name) => name !== "sign-out-action signOut");
    expect(Object.keys(actionAccess).sort()).toEqual(ours.sort());
  });
});

describe("who may not is refused, and nothing changes", () => {
  it.each(table)("%s", async (place, access) => {
    const before = await prints.take();
    for (const caller of callers.filter((one) => !mayUse(access, one, place))) {
      const { status, text } = await knock(access, place, caller);
      expect(status, `${caller}: ${text}`).toBe(unknown.includes(caller) ? 401 : 404);
      expect(text, caller).not.toMatch(ofDemo);
      expect(await prints.take(), caller).toEqual(before);
    }
  });

  it.each(actionTable)("action %s", async (name, access) => {
    const before = await prints.take();
    for (const caller of persons.filter((one) => !mayUse(access, one, name))) {
      const code = caller === "nobody" ? "unauthenticated" : "notAvailable";
      expect(await act(access, name, caller), caller).toMatchObject({ ok: false, code });
      expect(await prints.take(), caller).toEqual(before);
    }
  });
});

describe("who may is answered", () => {
  it.each(table)("%s", async (place, access) => {
    const expected = access.may.kind === "open" ? (access.may.status ?? 200) : undefined;
    let successes = 0;
    const answers: string[] = [];
    for (const caller of callers.filter((one) => mayUse(access, one, place))) {
      await access.refresh?.(stage);
      const { status, text } = await knock(access, place, caller);
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
      await access.refresh?.(stage);
      const outcome = await act(access, name, caller);
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
