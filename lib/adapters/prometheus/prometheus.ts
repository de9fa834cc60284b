import type { Response } from "undici";
import { z } from "zod";
import { guardedFetch, refusedAddressIn } from "@/lib/net/guarded-fetch";
import { redact, secretsIn } from "@/lib/net/redact-secrets";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";
import type { MetricSample, MetricSource } from "@/lib/ports/metric-source";

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

// https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats
const point = z.tuple([z.number(), z.string()]);
const answer = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({
      resultType: z.literal("vector"),
      // A native histogram comes without `value`: no number.
      result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: point.optional() })),
    }),
    z.object({ resultType: z.literal("scalar"), result: point }),
    z.object({ resultType: z.enum(["matrix", "string"]) }),
  ]),
  warnings: z.array(z.string()).optional(),
});
const failed = z.object({ status: z.literal("error"), error: z.string() });

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? value : undefined;
}

function sampleOf(metric: Record<string, string>, at: number, value: string | undefined): MetricSample {
  const moment = new Date(at * 1000);
  return {
    labels: metric,
    at: Number.isNaN(moment.getTime()) ? "" : moment.toISOString(),
    value: value === undefined ? undefined : numberOf(value),
  };
}

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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function apiAddress(system: string, text: string): URL {
  const refuse = (message: string) => new ExternalError({ system, code: "misconfigured", message, retryable: false });
  if (!URL.canParse(text)) throw refuse("its url is not a URL");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("its url must be http or https");
  if (url.username !== "" || url.password !== "") throw refuse("its url must not hold a user or password");
  url.pathname = `${url.pathname.replace(/\/$/, "")}/api/v1/query`;
  return url;
}

/**
 * Instant queries of Prometheus' HTTP API (and of what speaks it). An answer with warnings is refused: part of the data
 * is missing, and a number made of the rest would look like health. Throws ExternalError only.
 */
export function createPrometheus(options: PrometheusOptions): MetricSource {
  const system = `metrics ${options.name}`;
  const { timeoutMs = 10_000, maxBytes = 4 * 1024 * 1024, maxSamples = 10_000 } = options;
  const fail = (code: ExternalErrorCode, message: string, retryable: boolean, more: object = {}) =>
    new ExternalError({ system, code, message: cut(message), retryable, ...more });

  async function boundedText(response: Response): Promise<string> {
    const decoder = new TextDecoder();
    let bytes = 0;
    let text = "";
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw fail("tooLarge", `the answer is larger than ${maxBytes} bytes`, false);
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  }

  async function send(expression: string, at: Date | undefined, signal: AbortSignal): Promise<string> {
    const form = new URLSearchParams({ query: expression, timeout: `${timeoutMs}ms` });
    if (at) form.set("time", String(at.getTime() / 1000));
    const credentials = await authorizationOf(options.credentials);
    const response = await guardedFetch(apiAddress(system, options.url), {
      method: "POST",
      body: form,
      headers: { accept: "application/json", ...credentials },
      signal,
    });
    const body = await boundedText(response);
    if (response.status === 200) return body;
    const words = failed.safeParse(parseJson(body)).data?.error ?? `the answer was HTTP ${response.status}`;
    const { code, retryable } = meaningOf(response.status);
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : undefined;
    // A proxy in between may repeat what it was sent.
    const clean = redact(words, secretsIn(credentials.authorization));
    throw fail(code, clean, retryable, { status: response.status, retryAfterMs });
  }

  function read(body: string): MetricSample[] {
    const parsed = answer.safeParse(parseJson(body));
    if (!parsed.success) throw fail("badResponse", "the answer is not one of Prometheus' API", true);
    const { data, warnings = [] } = parsed.data;
    if (warnings.length > 0) throw fail("badResponse", `the answer is incomplete: ${warnings.join("; ")}`, true);
    if (data.resultType === "scalar") return [sampleOf({}, data.result[0], data.result[1])];
    if (data.resultType !== "vector")
      throw fail("invalid", `the expression gives a ${data.resultType}, not numbers at one moment`, false);
    if (data.result.length > maxSamples)
      throw fail("tooLarge", `the answer has more than ${maxSamples} samples`, false);
    return data.result.map(({ metric, value }) => sampleOf(metric, value?.[0] ?? Number.NaN, value?.[1]));
  }

  async function query(expression: string, at?: Date, signal?: AbortSignal): Promise<MetricSample[]> {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      return read(await send(expression, at, signal ? AbortSignal.any([limit, signal]) : limit));
    } catch (error) {
      if (error instanceof ExternalError) throw error;
      const refused = refusedAddressIn(error);
      if (refused !== undefined) throw fail("refusedAddress", refused.why, false);
      if (limit.aborted) throw fail("timeout", `no answer within ${timeoutMs} ms`, true);
      if (signal?.aborted) throw fail("timeout", "ended before there was an answer: its caller gave up", true);
      throw fail("unavailable", `no answer (${codeOf(error)})`, true);
    }
  }

  return {
    query,
    async check(signal) {
      const [sample] = await query("1", undefined, signal);
      if (sample?.value !== 1) throw fail("badResponse", "it does not answer the query 1 with 1", false);
    },
  };
}
