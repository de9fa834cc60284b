import type { Digest } from "@/lib/pipeline/release/digest";
import type { SeenTarget } from "@/lib/pipeline/rollout/judge-observation";

/**
 * The digest that a target runs, as people know it: where every pod reports the same, that one, written as the index it
 * belongs to if `indexOf` knows it. Undefined while pods differ, report nothing yet, or are none.
 */
export function observedDigest(seen: SeenTarget, indexOf: (digest: Digest) => Digest): Digest | undefined {
  const running = new Set<Digest>();
  for (const pod of seen.pods) {
    if (pod.digest === undefined) {
      if (pod.ready) return undefined;
      continue;
    }
    running.add(indexOf(pod.digest));
  }
  const [only] = running;
  return running.size === 1 ? only : undefined;
}
