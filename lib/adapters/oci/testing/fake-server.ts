import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { digestOf } from "@/lib/adapters/oci/manifest";
import { listen, type RunningServer } from "@/lib/adapters/oci/testing/http-listen";
import type { Digest } from "@/lib/pipeline/release/digest";

export interface FakeRequest {
  method: string;
  path: string;
  authorization: string | undefined;
}

export interface FakeServer extends RunningServer {
  requests: FakeRequest[];
}

export type Answering = (response: ServerResponse, request: FakeRequest, incoming: IncomingMessage) => void;

/** A server that answers by `METHOD /path` without the query, or `*`; what it was asked is kept. */
export async function startFakeServer(answers: Record<string, Answering>): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  const server = createServer((incoming, response) => {
    const { method = "", url: path = "", headers } = incoming;
    const request = { method, path, authorization: headers.authorization };
    requests.push(request);
    const answer = answers[`${method} ${path.split("?")[0]}`] ?? answers["*"];
    if (answer === undefined) response.writeHead(404).end();
    else answer(response, request, incoming);
  });
  return { ...(await listen(server)), requests };
}

/** Answers with a body and headers; the length is stated, so that it is never chunked. */
export function reply(status: number, body: string | Buffer, headers: Record<string, string> = {}): Answering {
  return (response) => {
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers }).end(body);
  };
}

/** An answer as a registry gives it to a stranger. */
export function challenge(text: string): Answering {
  return reply(401, "{}", { "www-authenticate": text, "content-type": "application/json" });
}

/** `answer` to those who show `authorization`, the challenge to all others. */
export function guarded(text: string, authorization: string, answer: Answering): Answering {
  return (response, request, incoming) =>
    (request.authorization === authorization ? answer : challenge(text))(response, request, incoming);
}

export const manifestType = "application/vnd.oci.image.manifest.v1+json";
export const indexType = "application/vnd.oci.image.index.v1+json";

export interface MadeManifest {
  bytes: Buffer;
  digest: Digest;
  answer: Answering;
}

/** A small image manifest; `change` overwrites its fields. */
export function madeManifest(change: Record<string, unknown> = {}, type = manifestType): MadeManifest {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(configBytes), size: 2 },
      layers: [],
      ...change,
    }),
  );
  const digest = digestOf(bytes);
  return { bytes, digest, answer: reply(200, bytes, { "content-type": type, "docker-content-digest": digest }) };
}

/** The config that `madeManifest` names. */
export const configBytes = Buffer.from("{}");

/** A promise and the call that keeps it: a test waits for what a server saw. */
export function latch(): { reached: Promise<void>; reach(): void } {
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { reached, reach };
}
