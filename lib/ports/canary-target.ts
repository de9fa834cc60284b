import type { Digest } from "@/lib/pipeline/release/digest";
import type { CanaryRoute } from "@/lib/pipeline/rollout/canary-route";
import type { TargetChange, TargetObservation, TargetRef } from "@/lib/ports/deploy-target";

/** One of the two workloads as it is declared now. */
export interface DeclaredWorkload {
  exists: boolean;
  replicas: number;
  digest: Digest | undefined;
  promotion: string | undefined;
  generation: number;
  /** The label `pod-template-hash` of its newest pods, by which metrics tell them apart; undefined until it is known. */
  podHash: string | undefined;
}

/** What stands there: both workloads and what shares the requests between them. */
export interface CanaryStanding {
  at: string;
  stable: DeclaredWorkload;
  canary: DeclaredWorkload;
  /**
   * The canary's share in percent, as the router was told or as the declared pods give it (then it may be a fraction).
   * Undefined where the router's rules do not agree or send nothing anywhere; `weightWords` says it in words.
   */
  weight: number | undefined;
  weightWords: string;
}

/** Who orders it: the promotion's id and the fencing number of its deployment. */
export interface OrderedBy {
  promotion: string;
  generation: number;
}

/**
 * The answer to an order. `drift`: what stands there is neither what was expected nor what is wanted, so somebody else
 * changed it, and nothing was written. `written` is false where everything was already so.
 */
export type CanaryOutcome =
  | { kind: "done"; written: boolean; resourceVersion: string }
  | { kind: "drift"; found: string; expected: string };

/**
 * A canary beside a stable workload. Every order reads what stands there, writes with that as its precondition
 * (`conflict`, retryable, where it moved in between) and refuses a generation lower than the one that stands there
 * (`conflict`, final). Throws ExternalError only.
 */
export interface CanaryTarget {
  /** Reads everything, and throws `misconfigured` with all that is missing where a canary is not possible here. */
  look(ref: TargetRef, route: CanaryRoute, signal?: AbortSignal): Promise<CanaryStanding>;
  /**
   * The canary workload takes the stable one's present template with the change's digest and `replicas` pods. One of
   * its name that is not Waybill's, or that has pods of another promotion, is drift.
   */
  start(
    ref: TargetRef,
    order: { route: CanaryRoute; change: TargetChange; replicas: number },
    signal?: AbortSignal,
  ): Promise<CanaryOutcome>;
  /** What runs of the canary workload, as `observe` says it of the stable one. */
  observeCanary(ref: TargetRef, signal?: AbortSignal): Promise<TargetObservation>;
  /**
   * Gives the canary `weight` percent of the requests, from one of the weights in `expected`; the router's one call.
   * Without a router it scales the canary to the number of pods that comes nearest.
   */
  setWeight(
    ref: TargetRef,
    order: { route: CanaryRoute; weight: number; expected: readonly number[]; by: OrderedBy },
    signal?: AbortSignal,
  ): Promise<CanaryOutcome>;
  /** The canary's pods go: it is scaled to none and kept for the next time. One that runs another digest is drift. */
  remove(ref: TargetRef, order: { digest: Digest; by: OrderedBy }, signal?: AbortSignal): Promise<CanaryOutcome>;
}
