import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { kubeconfigFor } from "@/lib/adapters/kubernetes/testing/scripted-api";

export interface FragileProxy {
  /** Reaches the cluster through the proxy, as the user that the proxy was made with. */
  kubeconfig: string;
  /** How many watches are open. */
  watches(): number;
  /** Breaks every open connection, in the middle of what it is sending. */
  cut(): void;
  /** Ends every open watch with the ERROR event 410 that a cluster sends when it has forgotten the version. */
  expire(): void;
  /** While true, every watch is refused with 403; lists are answered. */
  refuseWatches: boolean;
  close(): Promise<void>;
}

const gone = {
  type: "ERROR",
  object: { kind: "Status", code: 410, reason: "Expired", message: "too old resource version: 1 (2)" },
};
const refusal = { kind: "Status", code: 403, reason: "Forbidden", message: "cannot watch here", details: {} };

/** A proxy on loopback before a real cluster whose connections break when a test says so. */
export async function startFragileProxy(upstreamKubeconfig: string): Promise<FragileProxy> {
  const upstream = new BareApi(upstreamKubeconfig);
  const watches = new Set<ServerResponse>();
  const state = { refuseWatches: false };

  async function forward(
    method: string,
    url: string,
    body: Buffer,
    type: string | undefined,
    response: ServerResponse,
  ) {
    const ended = new AbortController();
    response.on("close", () => ended.abort());
    const watching = url.includes("watch=true");
    if (watching && state.refuseWatches) {
      response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(refusal));
      return;
    }
    const sent = body.length === 0 ? undefined : new Uint8Array(body);
    const answer = await upstream.send(method, url, sent, type, ended.signal);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.flushHeaders();
    if (watching) watches.add(response);
    response.on("close", () => watches.delete(response));
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "GET", url = "/", headers } = request;
      forward(method, url, Buffer.concat(chunks), headers["content-type"], response).catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    kubeconfig: kubeconfigFor(url, { token: "the-proxy-uses-its-own" }),
    watches: () => watches.size,
    cut: () => server.closeAllConnections(),
    expire() {
      for (const watch of watches) watch.end(`${JSON.stringify(gone)}\n`);
    },
    get refuseWatches() {
      return state.refuseWatches;
    },
    set refuseWatches(refuse) {
      state.refuseWatches = refuse;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
