import type { Response } from "undici";
import { createGuardedFetch, processReach, refusedAddressIn } from "@/lib/net/guarded-fetch";
import type { Reach } from "@/lib/net/reach";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";
import type { Probe, ProbeAnswer } from "@/lib/ports/probe";

export interface ProbeOptions {
  /** For the whole answer, redirects included. */
  timeoutMs: number;
  /** The body is cut here; what a check looks for must stand before. */
  maxBytes: number;
  /** What it may reach; the process's own where it is missing. */
  reach?: Reach;
  /** Certificate authorities (PEM) in place of the system's. */
  ca?: string;
}

const redirectsMax = 3;
function parseUrl(text: string): URL {
  const invalid = (message: string) =>
    new ExternalError({ system: "probe", code: "invalid", message, retryable: false });
  if (!URL.canParse(text)) throw invalid("the address is not a URL");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw invalid(`the address must be http or https, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "")
    throw invalid(`the address of ${url.host} must not hold a user or password`);
  return url;
}

/** Where a redirect may be followed to: the same host, and not from https down to http. */
function sameHost(from: URL, location: string | null): URL | undefined {
  if (location === null || !URL.canParse(location, from)) return undefined;
  const to = new URL(location, from);
  if (to.hostname !== from.hostname || to.username !== "" || to.password !== "") return undefined;
  if (to.protocol === "https:") return to;
  return to.protocol === "http:" && from.protocol === "http:" ? to : undefined;
}

async function readCut(response: Response, maxBytes: number): Promise<string> {
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.byteLength;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError && at.errors[0] !== undefined) return codeOf(at.errors[0]);
  }
  return "the connection broke";
}

function certificateOf(url: URL, certificates: Map<string, string>): Pick<ProbeAnswer, "certificateExpiresAt"> {
  if (url.protocol !== "https:") return {};
  const validTo = new Date(certificates.get(`${url.hostname}:${url.port || 443}`) ?? "");
  return Number.isNaN(validTo.getTime()) ? {} : { certificateExpiresAt: validTo.toISOString() };
}

function failure(host: string, code: ExternalErrorCode, message: string, retryable: boolean): ExternalError {
  return new ExternalError({ system: `probe ${host}`, code, message, retryable });
}

function noAnswer(url: URL, error: unknown, limit: AbortSignal, signal: AbortSignal | undefined, timeoutMs: number) {
  if (error instanceof ExternalError) return error;
  const refused = refusedAddressIn(error);
  if (refused !== undefined) return failure(url.host, "refusedAddress", refused.why, false);
  if (limit.aborted) return failure(url.host, "timeout", `no answer within ${timeoutMs} ms`, true);
  if (signal?.aborted)
    return failure(url.host, "timeout", "ended before there was an answer: its caller gave up", true);
  return failure(url.host, "unavailable", `no answer (${codeOf(error)})`, true);
}

/**
 * GETs health and smoke endpoints. Any status is an answer; redirects are followed on the same host only (at most 3),
 * one to elsewhere is itself the answer. Sends no credentials or cookies; a failing certificate is no answer.
 */
export function createProbe(options: ProbeOptions): Probe {
  // By host and port: a connection that is used again has the certificate with which it was made.
  const certificates = new Map<string, string>();
  const get = createGuardedFetch({
    ...{ reach: options.reach ?? processReach(), keepAliveMs: 1000, ca: options.ca },
    onCertificate: (authority, validTo) => certificates.set(authority, validTo),
  });

  async function ask(start: URL, signal: AbortSignal): Promise<Omit<ProbeAnswer, "tookMs">> {
    let url = start;
    for (let redirects = 0; ; redirects += 1) {
      const response = await get(url, { headers: { accept: "*/*", "user-agent": "waybill-probe" }, signal });
      const redirect = response.status >= 300 && response.status < 400;
      const next = redirect && redirects < redirectsMax ? sameHost(url, response.headers.get("location")) : undefined;
      if (!next) {
        const body = await readCut(response, options.maxBytes);
        const { status, headers } = response;
        return { status, body, headers: Object.fromEntries(headers), ...certificateOf(url, certificates) };
      }
      await response.body?.cancel();
      url = next;
    }
  }

  return {
    async get(text, signal) {
      const url = parseUrl(text);
      const limit = AbortSignal.timeout(options.timeoutMs);
      const started = performance.now();
      try {
        const answer = await ask(url, signal ? AbortSignal.any([limit, signal]) : limit);
        return { ...answer, tookMs: Math.round(performance.now() - started) };
      } catch (error) {
        throw noAnswer(url, error, limit, signal, options.timeoutMs);
      }
    },
  };
}
