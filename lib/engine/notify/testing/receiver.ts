import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP server on loopback that keeps what it was sent; `answers` are given in turn, the last one for ever. */
export interface Receiver {
  url: string;
  received: Received[];
  answers: { status: number; body?: string; headers?: Record<string, string> }[];
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      receiver.received.push({ path: request.url ?? "", headers: request.headers, body });
      const [answer = { status: 200, body: "ok" }] = receiver.answers;
      if (receiver.answers.length > 1) receiver.answers.shift();
      response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
    });
  });
  // Longer than clients keep a connection: none is closed on one who is about to ask.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answers: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
