import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import type { Queryable } from "@/lib/db/sql";
import { judgeLive, judgeReady, readHealth } from "@/lib/queries/health";
import type { WorkLoop } from "@/lib/worker/work-loop";

/** A loop that got no answer from the database for this long makes no progress, whatever the process looks like. */
const stalledMs = 60_000;

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** Serves the worker's /api/health/live, /api/health/ready and /api/metrics on loopback. Port 0: any free one. */
export async function serveHealth(worker: {
  pool: Queryable;
  loop: WorkLoop;
  metrics: Registry;
  port: number;
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(worker, request.url ?? "/").then(
      ({ status, type, body }) =>
        response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body),
      () => response.writeHead(503, { "content-type": "application/json" }).end('{"status":"unavailable"}'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(worker.port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer({ pool, loop, metrics }: { pool: Queryable; loop: WorkLoop; metrics: Registry }, url: string) {
  const json = (status: number, body: unknown) => ({ status, type: "application/json", body: JSON.stringify(body) });
  switch (url.split("?")[0]) {
    case "/api/health/live": {
      const { status, body } = judgeLive("worker", await readHealth(pool));
      const stalled = Date.now() - loop.progressedAt > stalledMs;
      return json(stalled ? 503 : status, { ...body, loopProgressedAt: new Date(loop.progressedAt).toISOString() });
    }
    case "/api/health/ready": {
      const { status, body } = judgeReady(await readHealth(pool));
      return json(status, body);
    }
    case "/api/metrics":
      return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
    default:
      return json(404, { status: "not found" });
  }
}
