import type { Digest } from "@/lib/pipeline/release/digest";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import type { OrderedBy } from "@/lib/ports/canary-target";
import type { TargetRef } from "@/lib/ports/deploy-target";

/**
 * What the controller is told, beside the digest: resume takes a pause by hand away; goPast ends a pause of its own steps,
 * skipAnalysis one for an inconclusive analysis, and neither does the other; promoteFully skips what is left; tidyUp takes
 * back what that had to leave in the object. Where a controller has nothing for one of them, nothing is written.
 */
export type DelegatedCommand = "pause" | "resume" | "goPast" | "skipAnalysis" | "promoteFully" | "abort" | "tidyUp";

/**
 * The answer to a command. `drift`: the object asks for another digest than `digest`, or on behalf of another promotion,
 * and nothing was written. `written` is false where it was so already.
 */
export type DelegatedOutcome = { kind: "done"; written: boolean } | { kind: "drift"; found: string; expected: string };

/**
 * A controller that owns a workload: what it says, and what it can be told. Its digest is set as any target's is (`plan`,
 * `apply`). Each command reads the object, writes with that as its precondition (`conflict`, retryable, where it moved) and
 * refuses a generation lower than the one that stands there (`conflict`, final). Throws ExternalError only.
 */
export interface DelegatedTarget {
  /** What stands there; an object that is not there is `exists: false`. A controller of another kind is `misconfigured`. */
  look(ref: TargetRef, signal?: AbortSignal): Promise<DelegatedStanding>;
  tell(
    ref: TargetRef,
    order: { command: DelegatedCommand; digest: Digest; by: OrderedBy },
    signal?: AbortSignal,
  ): Promise<DelegatedOutcome>;
}
