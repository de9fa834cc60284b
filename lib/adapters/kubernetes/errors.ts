import { refusedAddressIn } from "@/lib/net/guarded-fetch";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";

const messageLengthMax = 600;

/** Words of a cluster, fit to be shown: one line, bounded, whole characters, nothing that looks like a bearer token. */
export function clusterWords(text: string): string {
  const line = text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .replace(/\bBearer\s+\S+/gi, "Bearer [removed]")
    .trim();
  return (line.length > messageLengthMax ? `${line.slice(0, messageLengthMax - 1)}…` : line).toWellFormed();
}

interface Answer {
  code: ExternalErrorCode;
  retryable: boolean;
}

function meaningOf(status: number): Answer {
  switch (status) {
    case 401:
      return { code: "unauthorized", retryable: false };
    case 403:
      return { code: "forbidden", retryable: false };
    case 404:
      return { code: "notFound", retryable: false };
    // Planned anew on what stands there now, the same step may well succeed.
    case 409:
      return { code: "conflict", retryable: true };
    case 410:
      return { code: "gone", retryable: true };
    case 400:
    case 405:
    case 415:
    case 422:
      return { code: "invalid", retryable: false };
    case 413:
      return { code: "tooLarge", retryable: false };
    case 429:
      return { code: "rateLimited", retryable: true };
    case 408:
    case 504:
      return { code: "timeout", retryable: true };
    default:
      return status >= 500 ? { code: "unavailable", retryable: true } : { code: "badResponse", retryable: false };
  }
}

/** A `Status` object of the API machinery, or undefined where the body is something else (a proxy's page). */
function parseStatus(body: string): { message: string; names: boolean } | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null || !("kind" in parsed) || parsed.kind !== "Status")
      return undefined;
    const message = "message" in parsed && typeof parsed.message === "string" ? parsed.message : "";
    const details = "details" in parsed && typeof parsed.details === "object" ? parsed.details : null;
    const names = details !== null && "name" in details && typeof details.name === "string" && details.name !== "";
    return { message, names };
  } catch {
    return undefined;
  }
}

/** Retry-After in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3), at most an hour. */
export function retryAfterMs(header: string | null | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 3_600_000) : undefined;
}

/** The error for an answer that is not a success; `what` is the call as a person would say it. */
export function errorOfStatus(
  system: string,
  what: string,
  answer: { status: number; body: string; retryAfter?: string | null },
): ExternalError {
  const status = parseStatus(answer.body);
  // A 404 means "no such object" only where the API itself names the object: a proxy's 404 says nothing about it.
  const { code, retryable }: Answer =
    answer.status === 404 && !status?.names ? { code: "badResponse", retryable: false } : meaningOf(answer.status);
  const words = status?.message || `the answer was HTTP ${answer.status}`;
  return new ExternalError({
    system,
    code,
    message: clusterWords(`${what}: ${words}`),
    retryable,
    retryAfterMs: retryAfterMs(answer.retryAfter, new Date()),
    status: answer.status,
  });
}

const tlsCodes = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH)/;
const timeoutCodes = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
]);

/** The system's code (`ECONNREFUSED`) of a failed call: undici wraps it, at times twice. */
function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError && at.errors[0] !== undefined) return codeOf(at.errors[0]);
  }
  return undefined;
}

/** The error for a call that got no answer: refused connection, unknown host, TLS, cut stream. */
export function errorOfNetwork(system: string, what: string, error: unknown): ExternalError {
  if (error instanceof ExternalError) return error;
  const refused = refusedAddressIn(error);
  if (refused !== undefined) {
    return new ExternalError({ system, code: "refusedAddress", message: `${what}: ${refused.why}`, retryable: false });
  }
  const code = codeOf(error);
  if (code !== undefined && timeoutCodes.has(code)) return errorOfTimeout(system, what, code);
  if (code !== undefined && tlsCodes.test(code)) {
    const message = `${what}: no trusted TLS connection (${code})`;
    return new ExternalError({ system, code: "misconfigured", message, retryable: false });
  }
  const message = `${what}: no answer (${code ?? "the connection broke"})`;
  return new ExternalError({ system, code: "unavailable", message, retryable: true, cause: error });
}

/** The error for a call that was ended by a time limit or by its caller; whether a write took effect is unknown. */
export function errorOfTimeout(system: string, what: string, reason: string): ExternalError {
  const message = `${what}: ended before there was an answer (${reason})`;
  return new ExternalError({ system, code: "timeout", message, retryable: true });
}

export function misconfigured(system: string, message: string): ExternalError {
  return new ExternalError({ system, code: "misconfigured", message, retryable: false });
}

export function badResponse(system: string, message: string): ExternalError {
  return new ExternalError({ system, code: "badResponse", message: clusterWords(message), retryable: true });
}
