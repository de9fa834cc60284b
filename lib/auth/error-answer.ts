import { type InputIssue, isKnownError } from "@/lib/pipeline/errors";
import type { Rejection } from "@/lib/pipeline/promotion/input";
import { ExternalError } from "@/lib/ports/external-error";

/** What a transport says about something that went wrong; safe to show. Each transport puts it into its own form. */
export interface ErrorAnswer {
  /** HTTP status. */
  status: number;
  code: string;
  title: string;
  detail: string;
  issues?: InputIssue[];
  /** Conflict: what it is now. */
  current?: unknown;
  /** To be told to whoever runs Waybill; the log line carries it too. */
  reference?: string;
  retryAfterSeconds?: number;
}

const notAvailable = { status: 404, code: "notAvailable", title: "Not available" };

/**
 * The one switch from errors to answers. NotFound and Forbidden give the same one. `reference` is a fresh id that the
 * caller logs with the error; nothing of an unknown error's message gets out.
 */
export function answerFor(error: unknown, reference: string): ErrorAnswer {
  if (error instanceof ExternalError) return answerForExternal(error, reference);
  if (!isKnownError(error)) return broken(reference);
  switch (error.kind) {
    case "invalidInput":
      return {
        status: 422,
        code: "invalidInput",
        title: "The input is not valid",
        detail: error.message,
        issues: error.issues,
      };
    case "unauthenticated":
      return {
        status: 401,
        code: "unauthenticated",
        title: "Sign in, or send a valid token",
        detail: "Nobody is signed in, or the token is not valid.",
      };
    case "notFound":
    case "forbidden":
      return { ...notAvailable, detail: "It does not exist, or you may not do this with it." };
    case "conflict":
      return {
        status: 409,
        code: "conflict",
        title: "This changed meanwhile",
        detail: error.message,
        ...(error.current === undefined ? {} : { current: error.current }),
      };
    case "tooManyRequests":
      return {
        status: 429,
        code: "tooManyRequests",
        title: "Too many within a minute",
        detail: `Nothing was done. The next one is taken in ${error.retryAfterSeconds} s.`,
        retryAfterSeconds: error.retryAfterSeconds,
      };
    case "invariantViolation":
      return broken(reference);
    default:
      return error satisfies never;
  }
}

/** A refusal by the rules of a promotion: its reason, and the closed code that says what would change it. */
export function answerForRejection(rejection: Rejection): ErrorAnswer {
  return { status: 409, code: rejection.code, title: "Refused", detail: rejection.message };
}

function answerForExternal(error: ExternalError, reference: string): ErrorAnswer {
  return {
    status: error.retryable ? 503 : 502,
    code: "externalError",
    title: `${error.system} did not do it`,
    detail: error.message,
    reference,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(error.retryAfterMs / 1000) }),
  };
}

function broken(reference: string): ErrorAnswer {
  return {
    status: 500,
    code: "internal",
    title: "Something broke inside Waybill",
    detail: `It was logged as ${reference}.`,
    reference,
  };
}
