import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { NextRequest } from "next/server";
import type { Access } from "@/lib/api/testing/access/access";
import { type Stage, setStage } from "@/lib/api/testing/access-stage";
import { type ApiRoute, dispatch, loadApiRoutes, useWorld as takeWorld } from "@/lib/api/testing/api-server";
import { callerHeaders, ourPage } from "@/lib/api/testing/caller-headers";
import { type Caller, type Knocks, prepareCallers } from "@/lib/api/testing/callers";
import { type DatabasePrints, openDatabasePrints } from "@/lib/api/testing/database-print";
import { createTestDatabase } from "@/lib/db/test-database";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";

export type Action = (input: unknown) => Promise<{ ok: boolean; code?: string; message?: string }>;

/** What a test changes of a caller's request. */
export interface Tampered {
  /** Set, or taken away where undefined. */
  headers?: Record<string, string | undefined>;
  path?: string;
  body?: unknown;
  /** Sent as it is, instead of a JSON body. */
  rawBody?: BodyInit;
}

/** Every way in from outside, all routes and server actions, over a world of its own, and everybody who may knock there. */
export interface Entrances {
  world: DemoWorld;
  stage: Stage;
  knocks: Knocks;
  prints: DatabasePrints;
  routes: ApiRoute[];
  actions: Map<string, Action>;
  /** A caller's request of `METHOD /path` as a browser or a job sends it; the answer with its text. */
  knock(access: Access, place: string, caller: Caller, tampered?: Tampered): Promise<{ status: number; text: string }>;
  /** A caller's call of a server action, from a page of ours unless told. */
  act(access: Access, name: string, caller: Caller, tampered?: Tampered): ReturnType<Action>;
  close(): Promise<void>;
}

const root = process.cwd();

/** The file that opens them mocks next/headers with `ofTheCaller`. */
export async function openEntrances(): Promise<Entrances> {
  const database = await createTestDatabase();
  const world = await createDemoWorld({ worker: false, database });
  takeWorld(world);
  const stage = await setStage(world);
  // What an observer sees late would be a change that no caller made.
  await world.stopObserving();
  const knocks = await prepareCallers(world);
  const prints = await openDatabasePrints(database.superuserUrl);
  const routes = await loadApiRoutes("app/api");
  const actions = new Map(await loadActions());
  const headersOf = (caller: Caller, own: Record<string, string>, { headers = {} }: Tampered) => {
    const all = new Headers({ cookie: knocks.cookies[caller] ?? "", ...own });
    for (const [name, value] of Object.entries(headers)) value === undefined ? all.delete(name) : all.set(name, value);
    return all;
  };
  return {
    ...{ world, stage, knocks, prints, routes, actions },
    async knock(access, place, caller, tampered = {}) {
      const sent = access.send(stage, caller);
      const body = "body" in tampered ? tampered.body : sent.body;
      const text = tampered.rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
      const own = {
        ...knocks.headers[caller],
        ...(text === undefined ? {} : { "content-type": "application/json" }),
        ...sent.headers,
      };
      const headers = headersOf(caller, own, tampered);
      callerHeaders.current = headers;
      const request = new NextRequest(`${ourPage.origin}${tampered.path ?? sent.path}`, {
        method: place.split(" ")[0],
        headers,
        body: text,
        ...(text instanceof ReadableStream ? { duplex: "half" } : {}),
      });
      const response = await dispatch(routes, request, "/api");
      // A stream of events has no end.
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
        await response.body?.cancel();
        return { status: response.status, text: "" };
      }
      return { status: response.status, text: await response.text() };
    },
    async act(access, name, caller, tampered = {}) {
      callerHeaders.current = headersOf(caller, ourPage, tampered);
      const input = "body" in tampered ? tampered.body : access.send(stage, caller).body;
      return (await actions.get(name)?.(input)) ?? { ok: false, code: "missing" };
    },
    async close() {
      const hub = globalThis as typeof globalThis & { waybillChangeHub?: { close(): Promise<void> } };
      await hub.waybillChangeHub?.close();
      await prints.close();
      await world.close();
    },
  };
}

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
