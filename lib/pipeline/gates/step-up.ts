import type { Actor } from "@/lib/pipeline/actor";
import { formatDuration } from "@/lib/pipeline/policy/duration";

/** Clocks of two machines may differ by so much: a sign-in from the near future is one of now. */
const skewMs = 60_000;

/** Who acts, and when they last proved who they are: ISO 8601, null where nobody said. */
export interface Proof {
  by: Actor;
  authenticatedAt: string | null;
}

/**
 * Why an act at `at` is not by a person who signed in at most `stepUpMs` before; undefined where it is. A token proves
 * nobody's presence. Without `stepUpMs` nothing is asked for.
 */
export function stepUpProblem({ by, authenticatedAt }: Proof, at: string, stepUpMs?: number): string | undefined {
  if (stepUpMs === undefined) return undefined;
  const asked = `a person who signed in within ${formatDuration(stepUpMs)}`;
  if (by.kind !== "person") return `a token cannot do this: it takes ${asked}`;
  const age = authenticatedAt === null ? Number.NaN : Date.parse(at) - Date.parse(authenticatedAt);
  // NaN compares false: an unknown or unreadable moment is not a recent one.
  return age >= -skewMs && age <= stepUpMs ? undefined : `this takes ${asked}: sign in again`;
}
