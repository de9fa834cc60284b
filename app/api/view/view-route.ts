import { randomUUID } from "node:crypto";
import pino from "pino";
import { answerFor } from "@/lib/auth/error-answer";
import type { Principal } from "@/lib/auth/principal";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { InvalidInput, isKnownError } from "@/lib/pipeline/errors";
import { parameterIssues } from "@/lib/pipeline/plain-text";

const logger = pino({ level: process.env.LOG_LEVEL ?? "info", base: { part: "view" } });

export type ReadView<Params> = (principal: Principal, url: URL, params: Params) => Promise<object>;

/**
 * A GET route that answers a view as JSON to whoever may see it; a failure is answered as every transport answers it,
 * and what nobody foresaw is logged under the reference that the answer carries.
 */
export function viewRoute<Params = Record<string, never>>(
  read: ReadView<Params>,
): (request: Request, context: { params: Promise<Params> }) => Promise<Response> {
  return async (request, context) => {
    try {
      const principal = await principalFromRequest(request);
      const params = await context.params;
      const view = await read(principal, readAddress(request, params ?? {}), params);
      return Response.json(view, { headers: { "cache-control": "no-store" } });
    } catch (error) {
      return failureOf(error, new URL(request.url).pathname);
    }
  };
}

/** The address that was asked for. Throws InvalidInput where its parameters hold what no text may hold. */
export function readAddress(request: Request, params: object = {}): URL {
  const url = new URL(request.url);
  const issues = parameterIssues([...url.searchParams, ...Object.entries<string>({ ...params })]);
  if (issues.length > 0) throw new InvalidInput(issues);
  return url;
}

/** The answer to a failure, and the one place where it is logged. */
export function failureOf(error: unknown, where: string): Response {
  const reference = randomUUID();
  const { status, retryAfterSeconds, ...body } = answerFor(error, reference);
  if (!isKnownError(error) || error.kind === "invariantViolation")
    logger.error({ err: error, reference, where }, "failed");
  const headers: Record<string, string> = { "cache-control": "no-store" };
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  return Response.json(body, { status, headers });
}
