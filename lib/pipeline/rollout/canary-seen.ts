import type { Digest } from "@/lib/pipeline/release/digest";

/** One pod of a canary as it was seen last. */
export interface CanaryPod {
  name: string;
  digest?: Digest;
  ready: boolean;
  restarts: number;
  phase: string;
  node?: string;
  startedAt?: string;
  current: boolean;
  trouble?: { reason: string; message: string };
}

/** What was seen last of a canary. Parts that nobody has looked at yet are absent. */
export interface CanarySeen {
  /** Percent of the requests, as the router was told or as the pods give it; null where it is not known. */
  weight: number | null;
  weightWords: string;
  stableReplicas: number;
  pods: CanaryPod[];
  ready: number;
  desired: number;
}
