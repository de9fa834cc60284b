import type { Digest } from "@/lib/pipeline/release/digest";

/** One pod beside the live ones, of a canary or of a colour that comes up, as it was seen last. */
export interface PodBeside {
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
  pods: PodBeside[];
  ready: number;
  desired: number;
}

/** What was seen last of the colour that comes up. */
export interface ColourSeen {
  colour: string;
  pods: PodBeside[];
  ready: number;
  desired: number;
}
