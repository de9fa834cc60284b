import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ScriptedApi {
  url: string;
  kubeconfig: () => Promise<string>;
  /** `METHOD path?query` of every request so far. */
  requests: string[];
  /** Resolves once `holds` does, looked at after every request. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** A server on loopback that answers as a test says: for the answers that no real cluster gives on demand. */
export async function startScriptedApi(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ScriptedApi> {
  const requests: string[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    for (const check of waiting) check();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    kubeconfig: async () => kubeconfigFor(url, { token: "scripted-secret" }),
    requests,
    until: (holds) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!holds()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A kubeconfig (JSON is YAML) with one cluster and one user. */
export function kubeconfigFor(
  server: string,
  user: Record<string, string>,
  cluster: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A failure in the form of the API machinery. */
export function status(code: number, reason: string, message: string, details: Record<string, string> = {}) {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details };
}
