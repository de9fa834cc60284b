import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import type { SeenTarget } from "@/lib/pipeline/rollout/judge-observation";

type SeenPod = SeenTarget["pods"][number];

/** A pod of a test: of the newest revision, ready, runs `a`. */
export function aPod(name: string, extra: Partial<SeenPod> = {}): SeenPod {
  return { name, digest: digestOf("a"), ready: true, restarts: 0, current: true, ...extra };
}

/** A target of a test: two pods run `a` as the order of generation 7 says. */
export function aTarget(extra: Partial<SeenTarget> = {}): SeenTarget {
  return {
    exists: true,
    specDigest: digestOf("a"),
    generation: 7,
    targetGeneration: 4,
    observedGeneration: 4,
    desired: 2,
    updated: 2,
    ready: 2,
    available: 2,
    pods: [aPod("x"), aPod("y")],
    failure: undefined,
    ...extra,
  };
}
