import type { Sighting } from "@/lib/pipeline/promotion/input";
import type { Digest } from "@/lib/pipeline/release/digest";

/** What was seen of a target, as far as judging it needs: a subset of the port's TargetObservation. */
export interface SeenTarget {
  exists: boolean;
  specDigest: Digest | undefined;
  generation: number;
  targetGeneration: number;
  observedGeneration: number;
  desired: number;
  updated: number;
  ready: number;
  available: number;
  pods: { name: string; digest: Digest | undefined; ready: boolean; restarts: number; current: boolean }[];
  failure: { reason: string; message: string } | undefined;
}

/** The digest that a target should run; a multi-platform image may be reported by its index or a platform's digest. */
export interface ExpectedDigest {
  digest: Digest;
  platforms: Digest[];
}

/** How `runs` answers `expected`: by the digest itself, by one of its platforms, or not at all. */
export function matchDigest(expected: ExpectedDigest, runs: Digest | undefined): "index" | "platform" | undefined {
  if (runs === undefined) return undefined;
  if (runs === expected.digest) return "index";
  return expected.platforms.includes(runs) ? "platform" : undefined;
}

/** The order that is being judged: its fencing number, where there was one, and how long ago the target accepted it. */
export interface Told {
  generation: number | undefined;
  forMs: number;
}

/** A hung rollout's condition stands on for a moment after the next order, until the cluster sees that one progress. */
const staleConditionMs = 10_000;

/**
 * Whether the target runs what it was told. Running needs all of it: the order is the target's own (no status counts
 * before observedGeneration reaches it), every pod is new, ready, and reports the digest. Anything else is progressing,
 * or trouble in the cluster's words.
 */
export function judgeObservation(seen: SeenTarget, expected: ExpectedDigest, told: Told): Sighting {
  const { generation, forMs } = told;
  if (!seen.exists) return trouble("the workload is not there any more", []);
  if (seen.specDigest !== expected.digest || (generation !== undefined && seen.generation !== generation)) {
    const found = [{ name: "its spec says", value: seen.specDigest ?? "no digest" }];
    return trouble("somebody else changed it while it was rolling out", found);
  }
  const { ready, desired } = seen;
  if (seen.observedGeneration < seen.targetGeneration) return { kind: "progressing", ready: 0, desired };
  const stale = seen.failure?.reason === "ProgressDeadlineExceeded" && forMs < staleConditionMs;
  if (seen.failure && !stale) {
    const { reason, message } = seen.failure;
    return trouble(message === "" ? reason : `${reason}: ${message}`, podEvidence(seen));
  }
  const current = seen.pods.filter((pod) => pod.current);
  const whole =
    desired > 0 &&
    seen.updated >= desired &&
    seen.available >= desired &&
    seen.pods.length === current.length &&
    current.length >= desired &&
    current.every((pod) => pod.ready);
  if (!whole) return { kind: "progressing", ready: current.filter((pod) => pod.ready).length, desired };
  const matches = current.map((pod) => matchDigest(expected, pod.digest));
  if (matches.some((match) => match === undefined)) {
    const odd = current.filter((pod) => matchDigest(expected, pod.digest) === undefined);
    if (odd.some((pod) => pod.digest === undefined)) return { kind: "progressing", ready, desired };
    const found = odd.map((pod) => ({ name: pod.name, value: pod.digest ?? "" }));
    return trouble("pods report another digest than the one promised", found);
  }
  const first = current[0]?.digest ?? expected.digest;
  return {
    kind: "running",
    runs: first,
    as: matches.every((match) => match === "index") ? "index" : "platform",
    ready,
    desired,
  };
}

function podEvidence(seen: SeenTarget): { name: string; value: string }[] {
  return seen.pods
    .filter((pod) => pod.current)
    .map(({ name, ready, restarts }) => ({
      name,
      value: `${ready ? "ready" : "not ready"}, ${restarts} ${restarts === 1 ? "restart" : "restarts"}`,
    }));
}

function trouble(reason: string, evidence: { name: string; value: string }[]): Sighting {
  return { kind: "trouble", trouble: { kind: "failed", reason, evidence } };
}
