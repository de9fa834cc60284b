import { STATUS_CODES } from "node:http";
import type { Response } from "undici";
import { guardedFetch, refusedAddressIn } from "@/lib/net/guarded-fetch";
import { redact, secretsIn } from "@/lib/net/redact-secrets";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";

export interface Asked {
  method: "GET" | "POST";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  bytesMax: number;
  signal?: AbortSignal | undefined;
  /** True where any status is an answer. */
  anyStatus?: boolean;
}

export interface Answer {
  status: number;
  body: string;
  /** False where there was more of the body than was read. */
  complete: boolean;
  location?: string;
}

interface ExchangeOptions {
  system: string;
  credentials?: (() => Promise<Record<string, string>>) | undefined;
  timeoutMs: number;
}

const codes: Record<number, { code: ExternalErrorCode; retryable: boolean }> = {
  401: { code: "unauthorized", retryable: false },
  403: { code: "forbidden", retryable: false },
  404: { code: "notFound", retryable: false },
  408: { code: "timeout", retryable: true },
  // A start of the same key that is still being taken: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
  409: { code: "conflict", retryable: true },
  425: { code: "unavailable", retryable: true },
  429: { code: "rateLimited", retryable: true },
};

/**
 * One bounded request with the credentials of this moment, without redirects. Throws ExternalError for a status that is no
 * success, with the other side's words but without a secret, and where there was no answer.
 */
export function createExchange({ system, credentials, timeoutMs }: ExchangeOptions) {
  return async (asked: Asked): Promise<Answer> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = asked.signal ? AbortSignal.any([asked.signal, limit]) : limit;
    const secret = (await credentials?.()) ?? {};
    let answer: Answer;
    try {
      answer = await send(asked, secret, signal);
    } catch (error) {
      throw noAnswer(system, error, signal);
    }
    const isSuccess = answer.status >= 200 && answer.status < 300;
    if (isSuccess || asked.anyStatus) return answer;
    throw refusal(
      system,
      answer,
      Object.values(secret).flatMap((one) => [one, ...secretsIn(one)]),
    );
  };
}

async function send(asked: Asked, secret: Record<string, string>, signal: AbortSignal): Promise<Answer> {
  const response = await guardedFetch(asked.url, {
    method: asked.method,
    headers: {
      ...{ accept: "application/json, text/plain;q=0.9, */*;q=0.1", "user-agent": "waybill" },
      ...(asked.body === undefined ? {} : { "content-type": "application/json" }),
      ...asked.headers,
      ...secret,
    },
    ...(asked.body === undefined ? {} : { body: asked.body }),
    signal,
  });
  const location = response.headers.get("location");
  const read = await readStart(response, asked.bytesMax);
  return { status: response.status, ...read, ...(location === null ? {} : { location }) };
}

async function readStart(response: Response, bytesMax: number): Promise<Pick<Answer, "body" | "complete">> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let body = "";
  for await (const chunk of response.body ?? []) {
    const room = bytesMax - bytes;
    bytes += chunk.byteLength;
    body += decoder.decode(chunk.subarray(0, room), { stream: true });
    if (bytes > bytesMax) return { body, complete: false };
  }
  return { body: body + decoder.decode(), complete: true };
}

function refusal(system: string, { status, body }: Answer, secrets: string[]): ExternalError {
  const known = codes[status];
  const byRange: { code: ExternalErrorCode; retryable: boolean } =
    status >= 500 ? { code: "unavailable", retryable: true } : { code: "invalid", retryable: false };
  const words = /^\s*</.test(body) ? "an HTML page" : redact(body, secrets).trim().slice(0, 200).toWellFormed();
  const message =
    status >= 300 && status < 400
      ? `answered ${status}: it redirects, which is not followed`
      : `answered ${status} (${words || STATUS_CODES[status] || "no words"})`;
  return new ExternalError({ system, ...(known ?? byRange), message, status });
}

function noAnswer(system: string, error: unknown, signal: AbortSignal): ExternalError {
  if (signal.aborted) {
    return new ExternalError({ system, code: "timeout", message: "gave no complete answer in time", retryable: true });
  }
  const refused = refusedAddressIn(error);
  if (refused) return new ExternalError({ system, code: "refusedAddress", message: refused.why, retryable: false });
  return new ExternalError({ system, code: "unavailable", message: "gave no answer", retryable: true });
}
