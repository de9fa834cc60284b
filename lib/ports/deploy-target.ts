import type { KubernetesJob } from "@/lib/pipeline/policy/kubernetes-job";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { BlueGreenTarget } from "@/lib/ports/blue-green-target";
import type { CanaryTarget } from "@/lib/ports/canary-target";
import type { DelegatedTarget } from "@/lib/ports/delegated-target";
import type { JobRunner } from "@/lib/ports/job-runner";

/** Where one service runs in one environment. */
export interface KubernetesTargetRef {
  kind: "kubernetes";
  connection: string;
  namespace: string;
  workload: { kind: "deployment" | "statefulSet" | "rollout"; name: string };
  container: string;
  /** The Service through which it takes traffic; where its selector names a colour, that colour is the workload. */
  service?: string;
  /** The selector's key for the colour; `version` where it is not given. */
  colourLabel?: string;
  /** The Canary of Flagger that owns this Deployment: then its primary is what takes the traffic. */
  canary?: string;
}
export type TargetRef = KubernetesTargetRef;

/** How the workload replaces its pods; written together with the image. */
export type RolloutStrategy =
  | { kind: "rolling"; maxSurge?: string | number; maxUnavailable?: string | number }
  | { kind: "recreate" }
  /** As the workload itself says: its controller decides. */
  | { kind: "own" };

export interface TargetChange {
  /** `host/repository`, without tag or digest. */
  image: string;
  digest: Digest;
  /** Id of the promotion on whose behalf this is written. */
  promotion: string;
  /** Fencing number of the deployment: the target refuses a number below the one it carries. */
  generation: number;
  strategy: RolloutStrategy;
  /** Seconds until the cluster itself calls the rollout hung (progressDeadlineSeconds). */
  deadlineSeconds?: number;
}

/** What stands there now and what applying would change; `fence` is the state it was decided on. */
export interface TargetPlan {
  exists: boolean;
  /** True where spec and annotations already say what `change` wants: nothing needs to be written. */
  alreadyApplied: boolean;
  currentImage: string | undefined;
  currentDigest: Digest | undefined;
  currentPromotion: string | undefined;
  currentGeneration: number;
  fence: string | undefined;
  changes: { path: string; from: string; to: string }[];
}

/** The target took the order. It says nothing about what runs. */
export interface AppliedChange {
  /** The target's own revision of the order (metadata.generation). */
  targetGeneration: number;
  resourceVersion: string;
  /** False where everything was already so and nothing was written. */
  written: boolean;
}

export interface ObservedPod {
  name: string;
  /** What the runtime reports (`imageID`), an index's or a platform's digest; undefined while it has reported none. */
  digest: Digest | undefined;
  ready: boolean;
  restarts: number;
  phase: string;
  node: string | undefined;
  startedAt: string | undefined;
  /** True where the pod belongs to the workload's newest revision. */
  current: boolean;
  /** The cluster's words where the container waits or ended: reason `ImagePullBackOff`, its message. */
  trouble: { reason: string; message: string } | undefined;
}

/** What a workload's pods run with beside the image that is deployed. */
export interface TargetConfig {
  /** Equal where two pod templates differ in nothing but that image and the colour. */
  hash: string;
  /** Names alone: what they hold is not Waybill's to see, and may change without the hash. 20 of each at most. */
  reads: { configMaps: string[]; secrets: string[]; volumeClaims: string[] };
}

/** What was seen at `at`. A missing workload is `exists: false`, not an error. */
export interface TargetObservation {
  at: string;
  exists: boolean;
  specImage: string | undefined;
  specDigest: Digest | undefined;
  promotion: string | undefined;
  generation: number;
  /** metadata.generation and status.observedGeneration: no status counts until they are equal. */
  targetGeneration: number;
  observedGeneration: number;
  resourceVersion: string | undefined;
  /** Which workload this is: another one, or one of the same name that was made anew, counts its orders for itself. */
  uid?: string | undefined;
  desired: number;
  updated: number;
  ready: number;
  available: number;
  pods: ObservedPod[];
  /**
   * Of a target with a Service: the colour that takes the traffic, and why it cannot go by colours where it cannot;
   * `version` is the Service's resourceVersion, undefined where there is none, and `serviceUid` says of which Service.
   */
  colour?: {
    live: "blue" | "green" | undefined;
    problem: string | undefined;
    version?: string | undefined;
    serviceUid?: string | undefined;
  };
  /** What the cluster says went wrong (ProgressDeadlineExceeded, ImagePullBackOff, CrashLoopBackOff …), in its words. */
  failure: { reason: string; message: string } | undefined;
  /** Absent where the target does not tell. */
  config?: TargetConfig;
}

/** Something that the cluster noted about a pod; `count` times until `at`. */
export interface PodEvent {
  at: string;
  type: string;
  reason: string;
  message: string;
  count: number;
}

/** What one pod left behind, in the cluster's words and its own: not redacted. */
export interface PodTrace {
  pod: string;
  container: string;
  phase: string;
  ready: boolean;
  restarts: number;
  trouble: { reason: string; message: string } | undefined;
  /** Newest last. */
  events: PodEvent[];
  /** Why there are no events, where the cluster gave none. */
  noEvents?: string;
  /** The end of what it printed; `previous`: by the run that ended before this one; `cut`: there was more before. */
  log: { text: string; previous: boolean; cut: boolean } | undefined;
  /** Why there is no log, where the cluster gave none. */
  noLog?: string;
}

/** How much of it is asked for: of pods, and of each pod's events and lines. */
export interface TraceLimits {
  pods: number;
  events: number;
  logLines: number;
}

/**
 * A kind of target. plan reads; apply and revert write with a precondition on what was read, and refuse a
 * generation lower than the one the target carries (`conflict`); observe says what really runs.
 */
export interface DeployTarget {
  plan(ref: TargetRef, change: TargetChange, signal?: AbortSignal): Promise<TargetPlan>;
  apply(ref: TargetRef, change: TargetChange, plan: TargetPlan, signal?: AbortSignal): Promise<AppliedChange>;
  revert(ref: TargetRef, change: TargetChange, plan: TargetPlan, signal?: AbortSignal): Promise<AppliedChange>;
  observe(ref: TargetRef, signal?: AbortSignal): Promise<TargetObservation>;
  /**
   * What the pods that were told to run `digest` left behind, those in trouble first: for a person who wants to know why
   * it failed. What the cluster does not give is said in `noEvents` and `noLog`; absent where the kind of target has none.
   */
  trace?(ref: TargetRef, digest: Digest, limits: TraceLimits, signal?: AbortSignal): Promise<PodTrace[]>;
  /**
   * Calls `onObservation` for each ref now and after every change, until `signal` aborts: watch with re-list, poll as
   * the fallback. Trouble with the source goes to `trouble` and it goes on trying; it never throws for that. While it
   * can see, `current` says now and then that what was told of these refs still holds.
   */
  watch(
    refs: TargetRef[],
    on: {
      observation(ref: TargetRef, observation: TargetObservation): void;
      current?(refs: TargetRef[], at: string): void;
      trouble(error: Error): void;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** How a canary stands beside a workload of this target; absent where it cannot. */
  canary?: CanaryTarget;
  /** Present where a controller in the cluster may own a workload of this target. */
  delegated?: DelegatedTarget;
  /** Present where this kind of target can hold two colours behind one Service. */
  blueGreen?: BlueGreenTarget;
  /** Runs Jobs beside a target, in its namespace; absent where this kind of target cannot. */
  jobs?: JobRunner<KubernetesJob>;
  /** A cheap authenticated call that proves that the connection works. */
  check(signal?: AbortSignal): Promise<void>;
}
