import { STATUS_CODES } from "node:http";
import type { Response } from "undici";
import { guardedFetch, refusedAddressIn } from "@/lib/net/guarded-fetch";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";
import type { Post, PostRequest } from "@/lib/ports/post";

const bodyBytesMax = 4_096;
const saidCharactersMax = 200;
const retryAfterMsMax = 86_400_000;

const codes: Record<number, { code: ExternalErrorCode; retryable: boolean }> = {
  401: { code: "unauthorized", retryable: false },
  403: { code: "forbidden", retryable: false },
  404: { code: "notFound", retryable: false },
  408: { code: "timeout", retryable: true },
  410: { code: "gone", retryable: false },
  425: { code: "unavailable", retryable: true },
  429: { code: "rateLimited", retryable: true },
};

/** Posts JSON to whoever is notified; every request of those adapters leaves here. `timeoutMs` is for the whole answer. */
export function createHttpPost({ timeoutMs }: { timeoutMs: number }): Post {
  return async (request) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
    let answer: Exchanged;
    try {
      answer = await exchange(request, signal);
    } catch (error) {
      throw noAnswer(request.system, error, signal);
    }
    if (answer.status >= 200 && answer.status < 300) {
      const [mediaType = ""] = (answer.headers.get("content-type") ?? "").split(";");
      const { status, body, complete } = answer;
      return { status, body, complete, mediaType: mediaType.trim().toLowerCase() };
    }
    throw refusal(request, answer);
  };
}

interface Exchanged {
  status: number;
  headers: Response["headers"];
  body: string;
  complete: boolean;
}

async function exchange(request: PostRequest, signal: AbortSignal): Promise<Exchanged> {
  // It follows no redirect: what is sent goes to the stored address alone.
  const response = await guardedFetch(request.url, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": "waybill", ...request.headers },
    body: request.body,
    signal,
  });
  return { status: response.status, headers: response.headers, ...(await readStart(response)) };
}

async function readStart(response: Response): Promise<Pick<Exchanged, "body" | "complete">> {
  if (!response.body) return { body: "", complete: true };
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) break;
  }
  const body = Buffer.concat(chunks).subarray(0, bodyBytesMax).toString("utf8");
  return { body, complete: bytes <= bodyBytesMax };
}

function refusal(
  { system, url, secrets = [] }: PostRequest,
  answer: { status: number; headers: Response["headers"]; body: string },
) {
  const { status, headers } = answer;
  const server = { code: "unavailable", retryable: true } as const;
  const invalid = { code: "invalid", retryable: false } as const;
  const retryAfterMs = retryAfter(headers.get("retry-after"));
  const words = said(answer.body, [...secrets, url]) || (STATUS_CODES[status] ?? "");
  return new ExternalError({
    system,
    ...(codes[status] ?? (status >= 500 ? server : invalid)),
    message:
      status >= 300 && status < 400
        ? `answered ${status}: it redirects, which is not followed`
        : `answered ${status} (${words})`,
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Somebody else's words for a person: one line, without what is a secret, and nothing of a page. */
export function said(body: string, secrets: readonly string[]): string {
  if (/^\s*</.test(body)) return "an HTML page";
  const paths = secrets.flatMap((secret) => (URL.canParse(secret) ? [new URL(secret).pathname] : []));
  let words = body;
  for (const secret of [...secrets, ...paths]) if (secret.length > 3) words = words.replaceAll(secret, "…");
  return words
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, saidCharactersMax)
    .toWellFormed();
}

/** Seconds or a date (RFC 9110 §10.2.3), as milliseconds from now, a day at most. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  const text = header?.trim() ?? "";
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * 1_000
    : /^[A-Za-z]/.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), retryAfterMsMax);
}

function noAnswer(system: string, error: unknown, signal: AbortSignal): ExternalError {
  if (signal.aborted) {
    return new ExternalError({ system, code: "timeout", message: "gave no complete answer in time", retryable: true });
  }
  const refused = refusedAddressIn(error);
  if (refused) return new ExternalError({ system, code: "refusedAddress", message: refused.why, retryable: false });
  // The error's own words may hold the address.
  return new ExternalError({
    system,
    code: "unavailable",
    message: `gave no answer (${codeOf(error)})`,
    retryable: true,
  });
}

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError && at.errors[0] !== undefined) return codeOf(at.errors[0]);
  }
  return "the connection broke";
}
