import type { Response } from "undici";
import { guardedFetch, refusedAddressIn } from "@/lib/net/guarded-fetch";
import { redact, secretsIn } from "@/lib/net/redact-secrets";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";

/** A server of Prometheus' family, and what a call of it may take. */
export interface SourceOptions {
  /** The connection's name, as errors say it: `metrics NAME`. */
  name: string;
  /** Where its `/api` lies below; a path (`/prometheus`) is kept. */
  url: string;
  /** Asked for every call, so that a rotated secret counts at once. */
  credentials?: { username: () => Promise<string>; password: () => Promise<string> } | { token: () => Promise<string> };
  timeoutMs?: number;
  maxBytes?: number;
}

export const timeoutMsDefault = 10_000;
const maxBytesDefault = 4 * 1024 * 1024;

const wordsLengthMax = 400;

function meaningOf(status: number): { code: ExternalErrorCode; retryable: boolean } {
  switch (status) {
    case 400:
    case 422:
      return { code: "invalid", retryable: false };
    case 401:
      return { code: "unauthorized", retryable: false };
    case 403:
      return { code: "forbidden", retryable: false };
    case 404:
    case 405:
      return { code: "misconfigured", retryable: false };
    case 429:
      return { code: "rateLimited", retryable: true };
    default:
      return status >= 500 ? { code: "unavailable", retryable: true } : { code: "badResponse", retryable: false };
  }
}

async function authorizationOf(credentials: SourceOptions["credentials"]): Promise<{ authorization?: string }> {
  if (credentials === undefined) return {};
  if ("token" in credentials) return { authorization: `Bearer ${await credentials.token()}` };
  const pair = `${await credentials.username()}:${await credentials.password()}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function cut(words: string): string {
  const line = words.replace(/\s+/g, " ").trim();
  return (line.length > wordsLengthMax ? `${line.slice(0, wordsLengthMax - 1)}…` : line).toWellFormed();
}

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError && at.errors[0] !== undefined) return codeOf(at.errors[0]);
  }
  return "the connection broke";
}

function addressOf(system: string, text: string, path: string): URL {
  const refuse = (message: string) => new ExternalError({ system, code: "misconfigured", message, retryable: false });
  if (!URL.canParse(text)) throw refuse("its url is not a URL");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("its url must be http or https");
  if (url.username !== "" || url.password !== "") throw refuse("its url must not hold a user or password");
  url.pathname = `${url.pathname.replace(/\/$/, "")}${path}`;
  return url;
}

/** One call: a path below the address, and a form where it is sent as one. */
export interface SourceCall {
  path: string;
  search?: URLSearchParams;
  form?: Record<string, string>;
}

export interface Source {
  /** The body of an answer 200. Throws ExternalError only. */
  send(call: SourceCall, signal: AbortSignal | undefined): Promise<string>;
  /** An error about this source, with its words cut to a length that is shown. */
  fail(code: ExternalErrorCode, message: string, retryable: boolean, more?: object): ExternalError;
}

/** Bounded calls of one server; `wordsOf` reads what a refusal's body says. */
export function createSource(options: SourceOptions, wordsOf: (body: string) => string | undefined): Source {
  const system = `metrics ${options.name}`;
  const { timeoutMs = timeoutMsDefault, maxBytes = maxBytesDefault } = options;
  const fail: Source["fail"] = (code, message, retryable, more = {}) =>
    new ExternalError({ system, code, message: cut(message), retryable, ...more });

  async function ask({ path, search, form }: SourceCall, signal: AbortSignal): Promise<string> {
    const credentials = await authorizationOf(options.credentials);
    const address = addressOf(system, options.url, path);
    if (search) address.search = search.toString();
    const response = await guardedFetch(address, {
      method: form ? "POST" : "GET",
      ...(form ? { body: new URLSearchParams(form) } : {}),
      headers: { accept: "application/json", ...credentials },
      signal,
    });
    const body = await boundedText(response, maxBytes);
    if (body === undefined) throw fail("tooLarge", `the answer is larger than ${maxBytes} bytes`, false);
    if (response.status === 200) return body;
    const words = wordsOf(body) ?? `the answer was HTTP ${response.status}`;
    const { code, retryable } = meaningOf(response.status);
    // A proxy in between may repeat what it was sent.
    const clean = redact(words, secretsIn(credentials.authorization));
    throw fail(code, clean, retryable, { status: response.status, retryAfterMs: retryAfterMs(response) });
  }

  return {
    fail,
    async send(call, signal) {
      const limit = AbortSignal.timeout(timeoutMs);
      try {
        return await ask(call, signal ? AbortSignal.any([limit, signal]) : limit);
      } catch (error) {
        if (error instanceof ExternalError) throw error;
        const refused = refusedAddressIn(error);
        if (refused !== undefined) throw fail("refusedAddress", refused.why, false);
        if (limit.aborted) throw fail("timeout", `no answer within ${timeoutMs} ms`, true);
        if (signal?.aborted) throw fail("timeout", "ended before there was an answer: its caller gave up", true);
        throw fail("unavailable", `no answer (${codeOf(error)})`, true);
      }
    },
  };
}

/** The body; undefined where it is larger than `maxBytes`. */
async function boundedText(response: Response, maxBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}
