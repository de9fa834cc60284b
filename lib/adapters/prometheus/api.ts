import type { Response } from "undici";
import { readAnswer, readFailure } from "@/lib/adapters/prometheus/read-answer";
import { guardedFetch, refusedAddressIn } from "@/lib/net/guarded-fetch";
import { redact, secretsIn } from "@/lib/net/redact-secrets";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";
import type { MetricSeries } from "@/lib/ports/metric-source";

export interface PrometheusOptions {
  /** The connection's name, as errors say it: `metrics NAME`. */
  name: string;
  /** Where the API's `/api/v1` lies below; a path (`/prometheus`) is kept. */
  url: string;
  /** Asked for every query, so that a rotated secret counts at once. */
  credentials?: { username: () => Promise<string>; password: () => Promise<string> } | { token: () => Promise<string> };
  timeoutMs?: number;
  maxBytes?: number;
  maxSamples?: number;
}

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

async function authorizationOf(credentials: PrometheusOptions["credentials"]): Promise<{ authorization?: string }> {
  if (credentials === undefined) return {};
  if ("token" in credentials) return { authorization: `Bearer ${await credentials.token()}` };
  const pair = `${await credentials.username()}:${await credentials.password()}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function cut(words: string): string {
  const line = words.replace(/\s+/g, " ").trim();
  return line.length > wordsLengthMax ? `${line.slice(0, wordsLengthMax - 1)}…` : line;
}

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError && at.errors[0] !== undefined) return codeOf(at.errors[0]);
  }
  return "the connection broke";
}

function apiAddress(system: string, text: string, endpoint: string): URL {
  const refuse = (message: string) => new ExternalError({ system, code: "misconfigured", message, retryable: false });
  if (!URL.canParse(text)) throw refuse("its url is not a URL");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("its url must be http or https");
  if (url.username !== "" || url.password !== "") throw refuse("its url must not hold a user or password");
  url.pathname = `${url.pathname.replace(/\/$/, "")}/api/v1/${endpoint}`;
  return url;
}

/** One call of the API, read into series. */
export interface PrometheusApi {
  /** `moments` are the API's parameters that say when. Throws ExternalError only. */
  call(
    endpoint: "query" | "query_range",
    query: string,
    moments: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<MetricSeries[]>;
  /** An error about this source, with its words cut to a length that is shown. */
  fail(code: ExternalErrorCode, message: string, retryable: boolean, more?: object): ExternalError;
}

/**
 * Bounded calls of Prometheus' HTTP API. An answer with warnings is refused: part of the data is missing, and a number
 * made of the rest would look like health.
 */
export function createApi(options: PrometheusOptions): PrometheusApi {
  const system = `metrics ${options.name}`;
  const { timeoutMs = 10_000, maxBytes = 4 * 1024 * 1024, maxSamples = 10_000 } = options;
  const fail: PrometheusApi["fail"] = (code, message, retryable, more = {}) =>
    new ExternalError({ system, code, message: cut(message), retryable, ...more });

  async function send(endpoint: string, form: Record<string, string>, signal: AbortSignal): Promise<string> {
    const credentials = await authorizationOf(options.credentials);
    const response = await guardedFetch(apiAddress(system, options.url, endpoint), {
      method: "POST",
      body: new URLSearchParams(form),
      headers: { accept: "application/json", ...credentials },
      signal,
    });
    const body = await boundedText(response, maxBytes);
    if (body === undefined) throw fail("tooLarge", `the answer is larger than ${maxBytes} bytes`, false);
    if (response.status === 200) return body;
    const words = readFailure(body) ?? `the answer was HTTP ${response.status}`;
    const { code, retryable } = meaningOf(response.status);
    // A proxy in between may repeat what it was sent.
    const clean = redact(words, secretsIn(credentials.authorization));
    throw fail(code, clean, retryable, { status: response.status, retryAfterMs: retryAfterMs(response) });
  }

  function read(body: string, range: boolean): MetricSeries[] {
    const answer = readAnswer(body);
    switch (answer.kind) {
      case "foreign":
        throw fail("badResponse", "the answer is not one of Prometheus' API", true);
      case "incomplete":
        throw fail("badResponse", `the answer is incomplete: ${answer.message}`, true);
      case "other":
        throw fail("invalid", `the expression gives a ${answer.type}, not numbers at one moment`, false);
      case "series": {
        if (answer.range && !range)
          throw fail("invalid", "the expression gives a matrix, not numbers at one moment", false);
        const count = answer.series.reduce((sum, one) => sum + one.points.length, 0);
        if (count > maxSamples) throw fail("tooLarge", `the answer has more than ${maxSamples} samples`, false);
        return answer.series;
      }
      default:
        return answer satisfies never;
    }
  }

  return {
    fail,
    async call(endpoint, query, moments, signal) {
      const limit = AbortSignal.timeout(timeoutMs);
      const form = { query, timeout: `${timeoutMs}ms`, ...moments };
      try {
        const body = await send(endpoint, form, signal ? AbortSignal.any([limit, signal]) : limit);
        return read(body, endpoint === "query_range");
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
