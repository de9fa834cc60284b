import { globSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { DemoWorld } from "@/lib/engine/testing/demo-world";

type RouteHandler = (request: Request) => Promise<Response>;

/** A route.ts below app/api/v1 with its exported methods, as the framework would find it. */
export interface ApiRoute {
  file: string;
  /** `/releases/{project}/{key}`, below /api/v1. */
  template: string;
  methods: Record<string, RouteHandler>;
}

const root = path.resolve(import.meta.dirname, "../../..");
const httpMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Every route below /api/v1, loaded. */
export async function loadApiRoutes(): Promise<ApiRoute[]> {
  const files = globSync("app/api/v1/**/route.ts", { cwd: root }).sort();
  return Promise.all(
    files.map(async (file) => {
      const exported = (await import(path.join(root, file))) as Record<string, unknown>;
      const methods = Object.entries(exported).filter(([name]) => httpMethods.has(name));
      const template = file
        .slice("app/api/v1".length, -"/route.ts".length)
        .replace(/\[([a-z]+)\]/g, "{$1}")
        .replace(/\[[.]{3}([a-z]+)\]/g, "{*}");
      return { file, template, methods: Object.fromEntries(methods) as Record<string, RouteHandler> };
    }),
  );
}

/** Sends a request to the route that the framework would choose. */
export async function dispatch(routes: ApiRoute[], request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const route =
    routes.find((one) => !one.template.includes("{*}") && matches(one.template, pathname)) ??
    routes.find((one) => one.template.includes("{*}"));
  const handler = route?.methods[request.method];
  return handler ? await handler(request) : new Response(null, { status: 405 });
}

function matches(template: string, pathname: string): boolean {
  const wanted = `/api/v1${template}`.split("/");
  const given = pathname.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part.startsWith("{") ? given[at] : part === given[at]))
  );
}

/** Makes this process's singletons those of a test's world, as a web process has its own. */
export function useWorld(world: DemoWorld): void {
  process.env.DATABASE_URL = world.database.url;
  process.env.WAYBILL_SECRET = "test-secret-of-more-than-thirty-two-characters";
  process.env.LOG_LEVEL = "silent";
  Object.assign(globalThis, { waybillPool: world.pool, waybillEngine: world.engine });
}

export interface ApiServer {
  url: string;
  close(): Promise<void>;
}

/** The routes behind a real HTTP server on loopback. */
export async function serveApi(routes: ApiRoute[]): Promise<ApiServer> {
  const server = createServer((incoming, outgoing) => {
    void dispatch(routes, toRequest(incoming)).then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      if (response.body) Readable.fromWeb(response.body as NodeStream).pipe(outgoing);
      else outgoing.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toRequest(incoming: IncomingMessage): Request {
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD" && incoming.method !== "DELETE";
  return new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers: Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    ),
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" } : {}),
  } as RequestInit);
}
