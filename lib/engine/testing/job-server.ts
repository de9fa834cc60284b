import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What was posted to begin a job. */
export interface PostedJob {
  path: string;
  key: string;
  authorization: string | undefined;
  body: unknown;
}

/** A system that runs jobs over HTTP, of which a test says what it answers. */
export interface JobServer {
  url: string;
  /** Every start that came, also the repeated ones. */
  posted: PostedJob[];
  /** How many jobs there are: one a key. */
  runs(): number;
  /** How often a status was asked for. */
  asked(): number;
  /** What every status says from here on; undefined hangs up. */
  says(status: object | undefined, code?: number): void;
  /** What every start answers from here on in place of taking the job; undefined takes it. */
  refuses(code: number | undefined): void;
  log: string;
  /** What stands behind the address that the answer to a start gives. */
  query: string;
  close(): Promise<void>;
}

export async function startJobServer(): Promise<JobServer> {
  const keys = new Map<string, number>();
  let status: object | undefined = { state: "running" };
  let statusCode = 200;
  let refusal: number | undefined;
  let asked = 0;
  const server: Server = createServer((request, response) => {
    void answer(request).then(({ code, body, headers }) => {
      if (code === 0) request.socket.destroy();
      else response.writeHead(code, headers).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  // Longer than clients keep a connection: none is closed on one who is about to ask.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const jobs: JobServer = {
    ...{ url, posted: [], log: "ok 1\nok 2\n", query: "" },
    runs: () => keys.size,
    asked: () => asked,
    says(next, code = 200) {
      [status, statusCode] = [next, code];
    },
    refuses(code) {
      refusal = code;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  async function answer(
    request: IncomingMessage,
  ): Promise<{ code: number; body?: unknown; headers?: Record<string, string> }> {
    const path = request.url ?? "/";
    if (request.method === "GET") {
      if (path.endsWith("/log")) return { code: 200, body: jobs.log };
      asked += 1;
      return status === undefined ? { code: 0 } : { code: statusCode, body: status };
    }
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const key = String(request.headers["idempotency-key"]);
    jobs.posted.push({ path, key, authorization: request.headers.authorization, body: JSON.parse(text) });
    if (refusal !== undefined) return { code: refusal, body: { message: "not now" } };
    const id = keys.get(key) ?? keys.size + 1;
    keys.set(key, id);
    return { code: 201, body: { id }, headers: { location: `/runs/${id}${jobs.query}` } };
  }
  return jobs;
}
