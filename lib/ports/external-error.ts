/** Why a call to an outside system did not give an answer; closed, so that every caller can decide on it. */
export type ExternalErrorCode =
  | "unauthorized"
  | "forbidden"
  | "notFound"
  | "conflict"
  | "gone"
  | "rateLimited"
  | "unavailable"
  | "timeout"
  | "badResponse"
  | "tooLarge"
  | "digestMismatch"
  | "refusedAddress"
  | "invalid"
  | "misconfigured";

export interface ExternalErrorDetails {
  /** Which system, as a person calls it: "registry registry.veza.app", "cluster veza". Never holds a secret. */
  system: string;
  code: ExternalErrorCode;
  /** What the system said, in its own words where it had any, with secrets removed. */
  message: string;
  /** True where the same call may succeed later without anybody changing anything. */
  retryable: boolean;
  /** The system's own wish (Retry-After), in milliseconds. */
  retryAfterMs?: number;
  status?: number;
  cause?: unknown;
}

const brand = Symbol.for("waybill.externalError");

/** Thrown by adapters only: an outside system failed, refused, or answered what cannot be trusted. */
export class ExternalError extends Error {
  readonly [brand] = true;
  readonly system: string;
  readonly code: ExternalErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;

  /** Pages and routes are bundled apart, with a copy of this class each, and share the adapters of one process. */
  static override [Symbol.hasInstance](value: unknown): value is ExternalError {
    return typeof value === "object" && value !== null && brand in value;
  }

  constructor(details: ExternalErrorDetails) {
    // Adapters cut what systems say; half of a character must keep no entry from being written.
    super(`${details.system}: ${details.message}`.toWellFormed(), { cause: details.cause });
    this.name = "ExternalError";
    this.system = details.system;
    this.code = details.code;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status;
  }
}
