import { fetch, type Response } from "undici";
import { createConnection, type KubeconfigSource } from "@/lib/adapters/kubernetes/connection";
import { badResponse, errorOfNetwork, errorOfStatus, errorOfTimeout } from "@/lib/adapters/kubernetes/errors";
import { secretsIn, withoutSecrets } from "@/lib/net/redact-secrets";
import { ExternalError } from "@/lib/ports/external-error";

const answerBytesMax = 32 * 1024 * 1024;
/** An object in etcd is at most 1.5 MiB; a watch event is one object. */
const lineCharsMax = 4 * 1024 * 1024;
const fieldManager = "waybill";

export type Query = Record<string, string | number | boolean | undefined>;

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { op: "add" | "replace" | "test"; path: string; value: unknown }
  | { op: "remove"; path: string };

export interface KubernetesClient {
  /** `cluster NAME`, as errors call it. */
  readonly system: string;
  get(path: string, query?: Query, signal?: AbortSignal): Promise<unknown>;
  /** As `get`, of what is no JSON (a pod's log): the text as it comes, `bytesMax` at most or it is `tooLarge`. */
  getText(path: string, query: Query, bytesMax: number, signal?: AbortSignal): Promise<string>;
  /** A strategic merge patch: lists with a merge key (containers by name) are merged, null removes. */
  patch(path: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
  /**
   * A JSON patch: all of its operations or none. The only kind that changes one number inside a list of a custom
   * resource. With `replace /metadata/resourceVersion` among them, what moved meanwhile is a `conflict`.
   */
  patchJson(path: string, operations: PatchOperation[], signal?: AbortSignal): Promise<unknown>;
  /** Creates an object in the collection at `path`; one of its name that stands there is a `conflict`. */
  create(path: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
  /**
   * GETs an endless answer and hands over each of its JSON lines, until the server ends it. Silence longer than
   * `idleMs` is a `timeout`: a half-open connection must not look like "nothing changed".
   */
  stream(
    path: string,
    query: Query,
    idleMs: number,
    onEvent: (event: unknown) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

const mediaTypes = {
  strategicMerge: "application/strategic-merge-patch+json",
  jsonPatch: "application/json-patch+json",
  json: "application/json",
} as const;

interface Call {
  method: "GET" | "PATCH" | "POST";
  path: string;
  query?: Query;
  /** Other than JSON alone. */
  accept?: string;
  body?: { type: keyof typeof mediaTypes; content: unknown };
  signal: AbortSignal;
}

function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** The body as text, given up at `maxBytes` so that a broken or hostile server cannot fill the memory. */
async function boundedText(response: Response, system: string, what: string, maxBytes: number): Promise<string> {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      const message = `${what}: the answer is larger than ${maxBytes} bytes`;
      throw new ExternalError({ system, code: "tooLarge", message, retryable: false });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(system: string, what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badResponse(system, `${what}: the answer is not JSON, it begins with "${text.slice(0, 60)}"`);
  }
}

/** Runs `onLine` for each complete line of the body. */
async function eachLine(response: Response, onChunk: () => void, onLine: (line: string) => void): Promise<void> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body) {
    onChunk();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line);
    if (rest.length > lineCharsMax) throw new Error("a line without end");
  }
}

/**
 * Calls of one cluster's API. Each is bounded by `requestTimeoutMs` and by a size, follows no redirect (it carries
 * credentials), and throws ExternalError only.
 */
export function createClient(options: {
  name: string;
  kubeconfig: KubeconfigSource;
  requestTimeoutMs: number;
}): KubernetesClient {
  const system = `cluster ${options.name}`;
  const connection = createConnection(system, options.kubeconfig);

  async function send(call: Call): Promise<Response> {
    const { url, headers, dispatcher } = await connection.prepare(call.method, withQuery(call.path, call.query ?? {}));
    const response = await fetch(url, {
      method: call.method,
      headers: {
        ...headers,
        accept: call.accept ?? "application/json",
        "user-agent": "waybill",
        ...(call.body === undefined ? {} : { "content-type": mediaTypes[call.body.type] }),
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body.content),
      signal: call.signal,
      dispatcher,
      redirect: "manual",
    });
    if (response.status >= 200 && response.status < 300) return response;
    const what = `${call.method} ${call.path}`;
    const body = await boundedText(response, system, what, 256 * 1024);
    throw errorOfStatus(system, what, {
      status: response.status,
      // A proxy in between may repeat what it was sent.
      body: withoutSecrets(body, secretsIn(headers.Authorization ?? headers.authorization)),
      retryAfter: response.headers.get("retry-after"),
    });
  }

  async function askText(call: Omit<Call, "signal">, bytesMax: number, signal?: AbortSignal): Promise<string> {
    const what = `${call.method} ${call.path}`;
    const limit = AbortSignal.timeout(options.requestTimeoutMs);
    const both = signal ? AbortSignal.any([limit, signal]) : limit;
    try {
      const response = await send({ ...call, signal: both });
      return await boundedText(response, system, what, bytesMax);
    } catch (error) {
      if (error instanceof ExternalError) throw error;
      if (limit.aborted) throw errorOfTimeout(system, what, `${options.requestTimeoutMs} ms`);
      if (signal?.aborted) throw errorOfTimeout(system, what, "its caller gave up");
      throw errorOfNetwork(system, what, error);
    }
  }

  const ask = async (call: Omit<Call, "signal">, signal?: AbortSignal): Promise<unknown> =>
    parseJson(system, `${call.method} ${call.path}`, await askText(call, answerBytesMax, signal));

  const write = (method: "PATCH" | "POST", type: keyof typeof mediaTypes) => {
    return (path: string, content: unknown, signal?: AbortSignal) =>
      ask({ method, path, query: { fieldManager }, body: { type, content } }, signal);
  };

  return {
    system,
    get: (path, query, signal) => ask({ method: "GET", path, query }, signal),
    getText: (path, query, bytesMax, signal) =>
      askText({ method: "GET", path, query, accept: "application/json, */*" }, bytesMax, signal),
    patch: write("PATCH", "strategicMerge"),
    patchJson: write("PATCH", "jsonPatch"),
    create: write("POST", "json"),
    async stream(path, query, idleMs, onEvent, signal) {
      const what = `watch ${path}`;
      const idle = new AbortController();
      const timer = setTimeout(() => idle.abort(), idleMs);
      try {
        const response = await send({ method: "GET", path, query, signal: AbortSignal.any([idle.signal, signal]) });
        await eachLine(
          response,
          () => timer.refresh(),
          (line) => onEvent(parseJson(system, what, line)),
        );
      } catch (error) {
        if (error instanceof ExternalError) throw error;
        if (idle.signal.aborted) throw errorOfTimeout(system, what, `silent for ${idleMs} ms`);
        if (signal.aborted) throw errorOfTimeout(system, what, "its caller gave up");
        throw errorOfNetwork(system, what, error);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
