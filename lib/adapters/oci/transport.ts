import type { Response } from "undici";
import { type Answer, failure, networkFailure } from "@/lib/adapters/oci/failure";
import type { RegistrySettings } from "@/lib/adapters/oci/options";
import { guardedFetch } from "@/lib/net/guarded-fetch";
import { ExternalError } from "@/lib/ports/external-error";

export interface OutgoingRequest {
  method: "GET" | "HEAD" | "PUT";
  url: URL;
  /** What is asked, for messages: "manifest veza/backend:v1". Never a URL, whose query may be a secret. */
  what: string;
  headers?: Record<string, string>;
  /** Sent with the first request alone, never after a redirect. The caller answers for where it goes. */
  authorization?: string | undefined;
  body?: Uint8Array;
  maxBytes: number;
  followRedirects: boolean;
  signal?: AbortSignal | undefined;
}

/** Sends one request and reads its answer, whatever its status; throws ExternalError where there is none to trust. */
export type Send = (request: OutgoingRequest) => Promise<Answer>;

const redirectsMax = 5;
const errorBytesMax = 64 * 1024;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** HTTP with the registry's caps: one deadline for an exchange, redirects by hand, bodies cut off at their cap. */
export function createTransport(settings: RegistrySettings): Send {
  return async (request) => {
    const deadline = AbortSignal.timeout(settings.timeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
    try {
      return await follow(settings, request, signal);
    } catch (error) {
      if (error instanceof ExternalError) throw error;
      if (request.signal?.aborted) {
        throw failure(settings.system, {
          code: "timeout",
          message: `${request.what}: ended by the caller before the answer was complete`,
          retryable: true,
        });
      }
      if (deadline.aborted) {
        throw failure(settings.system, {
          code: "timeout",
          message: `${request.what}: no complete answer within ${settings.timeoutMs} ms`,
          retryable: true,
        });
      }
      throw networkFailure(settings.system, request.what, error);
    }
  };
}

async function follow(settings: RegistrySettings, request: OutgoingRequest, signal: AbortSignal): Promise<Answer> {
  let url = request.url;
  let authorization = request.authorization;
  for (let hop = 0; hop <= redirectsMax; hop += 1) {
    const response = await guardedFetch(url, {
      method: request.method,
      // Identity, so that Content-Length and the digest both speak of the bytes that arrive.
      headers: {
        "accept-encoding": "identity",
        "user-agent": "waybill",
        ...request.headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: request.body === undefined ? null : Buffer.from(request.body),
      cache: "no-store",
      credentials: "omit",
      signal,
    });
    const location = redirectStatuses.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return await read(settings, request, response, url);
    await response.body?.cancel();
    url = checkRedirect(settings, request, url, location);
    authorization = undefined;
  }
  throw failure(settings.system, {
    code: "badResponse",
    message: `${request.what}: more than ${redirectsMax} redirects`,
  });
}

/** Where a redirect leads, if it may be followed; only the host is ever named, a signed URL is a secret. */
function checkRedirect(settings: RegistrySettings, request: OutgoingRequest, from: URL, location: string): URL {
  const refuse = (why: string) =>
    failure(settings.system, { code: "refusedAddress", message: `${request.what}: ${why}` });
  if (!request.followRedirects) throw refuse("answered with a redirect, which is not followed here");
  if (!URL.canParse(location, from)) throw refuse("redirected to something that is not a URL");
  const to = new URL(location, from);
  if (to.protocol !== "https:" && to.protocol !== settings.origin.protocol) {
    throw refuse(`redirected to ${to.protocol} at ${to.host}, which is weaker than ${settings.origin.protocol}`);
  }
  if (to.username !== "" || to.password !== "") throw refuse(`redirected to ${to.host} with a user name in the URL`);
  if (to.host !== settings.origin.host && !settings.redirectHosts.includes(to.host)) {
    throw refuse(`redirected to ${to.host}, which is not on the list of allowed redirect hosts`);
  }
  return to;
}

async function read(
  settings: RegistrySettings,
  request: OutgoingRequest,
  response: Response,
  url: URL,
): Promise<Answer> {
  const { status, headers } = response;
  const stated = /^\d+$/.test(headers.get("content-length") ?? "") ? Number(headers.get("content-length")) : undefined;
  const failed = status >= 400;
  const cap = failed ? Math.min(errorBytesMax, request.maxBytes) : request.maxBytes;
  const tooLarge = () =>
    failure(settings.system, {
      code: "tooLarge",
      message: `${request.what}: the answer is larger than the ${cap} bytes allowed`,
    });
  if (request.method === "HEAD" || response.body === null) {
    await response.body?.cancel();
    return { status, headers, body: new Uint8Array(), url };
  }
  if (!failed && stated !== undefined && stated > cap) {
    await response.body.cancel();
    throw tooLarge();
  }

  const truncated = (cause?: unknown) =>
    failure(settings.system, {
      code: "badResponse",
      message: `${request.what}: the answer ended before it was complete`,
      retryable: true,
      cause,
    });
  const chunks: Uint8Array[] = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const part = await reader.read().catch((error: unknown) => {
      if (isAbort(error)) throw error;
      throw truncated(error);
    });
    if (part.done) break;
    received += part.value.byteLength;
    if (received > cap) {
      await reader.cancel();
      if (!failed) throw tooLarge();
      break;
    }
    chunks.push(part.value);
  }
  const plain = (headers.get("content-encoding") ?? "identity") === "identity";
  if (!failed && plain && stated !== undefined && stated !== received) throw truncated();
  return { status, headers, body: Buffer.concat(chunks), url };
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && (error.name === "AbortError" || error.name === "TimeoutError");
}
