import { STATUS_CODES } from "node:http";
import { refusedAddressIn } from "@/lib/net/guarded-fetch";
import { redact } from "@/lib/net/redact-secrets";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";

/** What an HTTP server said, read to its end; `body` of an error answer may be cut short. */
export interface Answer {
  status: number;
  headers: Pick<Headers, "get">;
  body: Uint8Array;
  url: URL;
}

interface FailureDetails {
  code: ExternalErrorCode;
  message: string;
  retryable?: boolean;
  retryAfterMs?: number;
  status?: number;
  cause?: unknown;
}

/** An ExternalError of this registry; not retryable unless said. */
export function failure(system: string, details: FailureDetails): ExternalError {
  return new ExternalError({ system, retryable: false, ...details });
}

const statusCodes: Record<number, { code: ExternalErrorCode; retryable: boolean }> = {
  401: { code: "unauthorized", retryable: false },
  403: { code: "forbidden", retryable: false },
  404: { code: "notFound", retryable: false },
  408: { code: "timeout", retryable: true },
  409: { code: "conflict", retryable: false },
  410: { code: "gone", retryable: false },
  412: { code: "conflict", retryable: false },
  413: { code: "tooLarge", retryable: false },
  425: { code: "unavailable", retryable: true },
  429: { code: "rateLimited", retryable: true },
};

/**
 * The typed error for an answer that is not a success. `what` says what was asked ("manifest veza/backend:v1");
 * the registry's own words are added, with `secrets` and everything that looks like one removed.
 */
export function statusFailure(
  system: string,
  what: string,
  answer: Answer,
  secrets: readonly string[],
  now: number,
): ExternalError {
  const { status } = answer;
  const server = { code: "unavailable", retryable: true } as const;
  const refused = { code: "invalid", retryable: false } as const;
  const odd = { code: "badResponse", retryable: false } as const;
  const kind = statusCodes[status] ?? (status >= 500 ? server : status >= 400 ? refused : odd);
  const scope = /error="?insufficient_scope/i.test(answer.headers.get("www-authenticate") ?? "");
  const said = wordsOf(answer);
  const retryAfterMs = retryAfter(answer.headers.get("retry-after"), now);
  return failure(system, {
    ...(status === 401 && scope ? { code: "forbidden", retryable: false } : kind),
    message: redact(
      `${what}: answered ${status} ${said === "" ? (STATUS_CODES[status] ?? "") : `(${said})`}`.trimEnd(),
      secrets,
    ),
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const retryAfterMsMax = 24 * 60 * 60 * 1000;

/**
 * Milliseconds from `now` that a Retry-After header asks for, in seconds or as a date (RFC 9110 §10.2.3); at most a
 * day, so that no server parks a caller for ever. Undefined where it is missing or means nothing.
 */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * 1000, retryAfterMsMax);
  const at = /^[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), retryAfterMsMax);
}

/** The registry's own words: the messages of an OCI error document, or nothing where it sent another thing. */
function wordsOf(answer: Answer): string {
  if (looksLikeHtml(answer)) return "an HTML page";
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(answer.body).toString("utf8"));
  } catch {
    return "";
  }
  const listed = property(document, "errors");
  const errors = Array.isArray(listed) ? listed : [document];
  const words = errors.slice(0, 3).map((error) => {
    const parts = [property(error, "code"), property(error, "message") ?? property(error, "details")];
    return parts.filter((part) => typeof part === "string" && part !== "").join(": ");
  });
  return words.filter((word) => word !== "").join("; ");
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** True where a page came instead of data: a proxy's sign-in or error page, or the address of something else. */
export function looksLikeHtml(answer: Answer): boolean {
  if (/^\s*(text\/html|application\/xhtml)/i.test(answer.headers.get("content-type") ?? "")) return true;
  return /^\s*</.test(Buffer.from(answer.body.subarray(0, 64)).toString("utf8"));
}

const brokenTrust =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_SSL_WRONG_VERSION|EPROTO)/;

/** The typed error for a call that got no answer: no address, no connection, no trust in the certificate. */
export function networkFailure(system: string, what: string, error: unknown): ExternalError {
  const refused = refusedAddressIn(error);
  if (refused !== undefined) return failure(system, { code: "refusedAddress", message: `${what}: ${refused.why}` });
  const code = errorCode(error);
  if (code !== undefined && brokenTrust.test(code)) {
    return failure(system, { code: "misconfigured", message: `${what}: the TLS connection failed (${code})` });
  }
  const why = code === undefined ? "" : ` (${code})`;
  return failure(system, {
    code: "unavailable",
    message: `${what}: no answer${why}`,
    retryable: true,
    cause: error,
  });
}

/** `ECONNREFUSED` and its kind, which fetch hides one or two causes deep, and inside an AggregateError. */
function errorCode(error: unknown, depth = 0): string | undefined {
  const code = property(error, "code");
  if (typeof code === "string") return code;
  if (depth > 3) return undefined;
  const inner = property(error, "errors");
  return errorCode(Array.isArray(inner) ? inner[0] : property(error, "cause"), depth + 1);
}
