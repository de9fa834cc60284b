import type { z } from "zod";
import { textIssues } from "@/lib/pipeline/plain-text";

/** One thing that is wrong with an input: where (`services[1].name`, "" for the whole) and what is allowed. */
export interface InputIssue {
  path: string;
  message: string;
}

/** The caller sent something that cannot be meant; each issue names its field. */
export class InvalidInput extends Error {
  readonly kind = "invalidInput";
  readonly issues: InputIssue[];

  constructor(issues: InputIssue[]) {
    super(issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; "));
    this.name = "InvalidInput";
    this.issues = issues;
  }
}

/** There is no such thing, or nobody may know that there is. Outside it reads the same as Forbidden. */
export class NotFound extends Error {
  readonly kind = "notFound";

  /** `what` is for the log only. */
  constructor(what = "not found") {
    super(what);
    this.name = "NotFound";
  }
}

/** The person or token is known and may not do this. `why` is for the log only. */
export class Forbidden extends Error {
  readonly kind = "forbidden";

  constructor(why = "forbidden") {
    super(why);
    this.name = "Forbidden";
  }
}

/** Nobody is signed in, or the token counts for nothing; it never says which of its many ways it failed. */
export class Unauthenticated extends Error {
  readonly kind = "unauthenticated";

  constructor(why = "unauthenticated") {
    super(why);
    this.name = "Unauthenticated";
  }
}

/** The thing changed since the caller looked. `current` is what it is now, as plain JSON, where that helps. */
export class Conflict extends Error {
  readonly kind = "conflict";
  readonly current: unknown;

  constructor(message: string, current?: unknown) {
    super(message);
    this.name = "Conflict";
    this.current = current;
  }
}

/** More of it than one caller may do within a minute; nothing was done. */
export class TooManyRequests extends Error {
  readonly kind = "tooManyRequests";

  constructor(readonly retryAfterSeconds: number) {
    super(`too many within a minute; the next one is taken in ${retryAfterSeconds} s`);
    this.name = "TooManyRequests";
  }
}

/** A promise of our own code was broken. The person sees a reference, the log has the message. */
export class InvariantViolation extends Error {
  readonly kind = "invariantViolation";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "InvariantViolation";
  }
}

export type KnownError =
  | InvalidInput
  | NotFound
  | Forbidden
  | Unauthenticated
  | Conflict
  | TooManyRequests
  | InvariantViolation;

/** True for the errors above, whose handling is decided; everything else is unknown and its message stays inside. */
export function isKnownError(error: unknown): error is KnownError {
  return (
    error instanceof InvalidInput ||
    error instanceof NotFound ||
    error instanceof Forbidden ||
    error instanceof Unauthenticated ||
    error instanceof Conflict ||
    error instanceof TooManyRequests ||
    error instanceof InvariantViolation
  );
}

/**
 * `value` as `schema` reads it, with texts that can be stored and read as they are. Throws InvalidInput with a path and what
 * is allowed for each issue.
 */
export function parseInput<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  const issues = result.success ? textIssues(result.data) : result.error.issues;
  if (result.success && issues.length === 0) return result.data;
  throw new InvalidInput(issues.map((issue) => ({ path: inputPath(issue.path), message: issue.message })));
}

/** `["services", 1, "name"]` as `services[1].name`. */
export function inputPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}
