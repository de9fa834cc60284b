import { globSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { DemoWorld } from "@/lib/engine/testing/demo-world";

type RouteHandler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>;

/** A route.ts with its exported methods, as the framework would find it. */
export interface ApiRoute {
  file: string;
  /** `/releases/{project}/{key}`, below the folder that was asked for; `{...name}` takes all that is left. */
  template: string;
  methods: Record<string, RouteHandler>;
}

const root = path.resolve(import.meta.dirname, "../../..");
const httpMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Every route below a folder of app, loaded; /api/v1 unless told. */
export async function loadApiRoutes(folder = "app/api/v1"): Promise<ApiRoute[]> {
  const files = globSync(`${folder}/**/route.ts`, { cwd: root }).sort();
  return Promise.all(
    files.map(async (file) => {
      const exported = (await import(path.join(root, file))) as Record<string, unknown>;
      const methods = Object.entries(exported).filter(([name]) => httpMethods.has(name));
      const template = file
        .slice(folder.length, -"/route.ts".length)
        .replace(/\[([a-z]+)\]/g, "{$1}")
        .replace(/\[[.]{3}([a-z]+)\]/g, "{...$1}");
      return { file, template, methods: Object.fromEntries(methods) as Record<string, RouteHandler> };
    }),
  );
}

/** Sends a request to the route that the framework would choose of those below `base`. */
export async function dispatch(routes: ApiRoute[], request: Request, base = "/api/v1"): Promise<Response> {
  const { pathname } = new URL(request.url);
  const parts = pathname.slice(base.length).split("/");
  const fitting = routes.filter((one) => fits(one.template, parts));
  // A segment that is spelled out goes before a parameter, and that before what takes everything.
  const [route] = fitting.sort((a, b) => weight(a.template) - weight(b.template));
  const handler = route?.methods[request.method];
  if (!route || !handler) return new Response(null, { status: route ? 405 : 404 });
  return await handler(request, { params: Promise.resolve(paramsOf(route.template, parts)) });
}

function weight(template: string): number {
  return (template.includes("{...") ? 100 : 0) + template.split("{").length;
}

function fits(template: string, parts: string[]): boolean {
  const wanted = template.split("/");
  const open = template.includes("{...");
  if (open ? parts.length < wanted.length : parts.length !== wanted.length) return false;
  return wanted.every((part, at) => (part.startsWith("{") ? parts[at] !== "" : part === parts[at]));
}

function paramsOf(template: string, parts: string[]): Record<string, string | string[]> {
  const params: Record<string, string | string[]> = {};
  template.split("/").forEach((part, at) => {
    if (part.startsWith("{...")) params[part.slice(4, -1)] = parts.slice(at);
    else if (part.startsWith("{")) params[part.slice(1, -1)] = parts[at] ?? "";
  });
  return params;
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
  // Longer than clients keep a connection: none is closed on one who is about to ask.
  server.keepAliveTimeout = 75_000;
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
