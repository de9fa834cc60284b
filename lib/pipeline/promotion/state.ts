/*
 * The life of a promotion, and how each state is left:
 *   waiting      gates are not all open      → queued · rejected · expired · superseded · aborted
 *   queued       open, environment is busy   → rollingOut · waiting (a gate closed again) · rejected · expired · superseded · aborted
 *   rollingOut   targets are being changed   → verifying · rollingBack · failed · aborted · stuck (a rollback that failed)
 *   verifying    targets run it, checks go   → succeeded · rollingBack · failed · stuck (a rollback that failed)
 *   rollingBack  targets go back             → rolledBack · aborted · stuck
 *   stuck        a person is needed          → rollingBack (tried again) · failed (closed by a person)
 *   succeeded, rejected, expired, superseded, aborted, rolledBack, failed: ended, never left
 */
import type { Actor } from "@/lib/pipeline/actor";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { StepState } from "@/lib/pipeline/rollout/step";
import type { Outcome } from "@/lib/pipeline/verification/outcome";

export interface Approval {
  by: Actor;
  person: string;
  decision: "approved";
  planHash: string;
  reason: string | null;
  at: string;
  /** When they had signed in, ISO 8601; absent where nobody said. */
  authenticatedAt?: string;
  /** Where it was given; absent for those of before this was kept. */
  via?: "page" | "api" | "chat";
}

/** An item of a checklist that somebody ticked, for one plan. `gate` and `item` are its places there. */
export interface Tick {
  gate: number;
  item: number;
  text: string;
  planHash: string;
  by: Actor;
  person: string;
  at: string;
}

/** A gate that somebody let pass, for one plan. `gate` is its place in that plan. */
export interface Override {
  /** From 1, within the promotion. */
  id: number;
  gate: number;
  gateKind: string;
  planHash: string;
  by: Actor;
  person: string;
  reason: string;
  incident: string;
  at: string;
  /** It lets nothing pass before a second person confirmed it. */
  needsSecond: boolean;
  confirmed: { by: Actor; person: string; at: string } | null;
  review: { by: Actor; person: string; words: string; at: string } | null;
}

/** What every state knows. */
export interface PromotionBase {
  id: string;
  number: number;
  project: string;
  plan: Plan;
  planHash: string;
  requestedBy: Actor;
  requestedAt: string;
  reason: string | null;
  causedBy: string | null;
  expiresAt: string;
  approvals: Approval[];
  verdicts: Verdict[];
  /** Absent where nobody ticked anything; one at most for an item of a plan. */
  ticks?: Tick[];
  /** Absent where nobody overrode anything. */
  overrides?: Override[];
}

/** Who stopped a rollout between its steps, when and why. */
export interface Pause {
  by: Actor;
  at: string;
  why: string;
}

/** What a person may have a controller do that owns the workload; see DelegatedCommand of the port. */
export type DelegatedWish = "pause" | "resume" | "goPast" | "skipAnalysis" | "promoteFully";

/**
 * Where one service's rollout stands: requested → accepted → observed, and the way back. A strategy of several steps is
 * stepping until the last one is done, then accepted; its steps stay, however it ends.
 */
export type RolloutState = { service: string; steps?: StepState[] } & (
  | { phase: "pending" }
  | { phase: "requested"; attempt: number; generation: number; requestedAt: string; deadlineAt: string }
  | {
      phase: "stepping";
      attempt: number;
      generation: number;
      requestedAt: string;
      steps: StepState[];
      /** Somebody stopped it here: the next step does not begin. */
      paused?: Pause;
      /** What a person said last to a controller that owns the workload, when, and of which of its steps: handed on once. */
      told?: { order: DelegatedWish; at: string; place?: string };
    }
  | {
      phase: "accepted";
      attempt: number;
      generation: number;
      requestedAt: string;
      acceptedAt: string;
      targetGeneration: number;
      deadlineAt: string;
    }
  | {
      phase: "observed";
      generation: number;
      requestedAt: string;
      acceptedAt: string;
      observedAt: string;
      ready: number;
      desired: number;
      runs: Digest;
    }
  | { phase: "failed"; touched: boolean; reason: string; at: string }
  | { phase: "revertRequested"; attempt: number; generation: number; requestedAt: string; deadlineAt: string }
  | {
      phase: "revertAccepted";
      attempt: number;
      generation: number;
      acceptedAt: string;
      targetGeneration: number;
      deadlineAt: string;
    }
  | { phase: "reverted"; at: string; runs: Digest | null }
);

/**
 * One check of a verification and how it stands. `failures` counts in a row. waiting: not right yet; holding: right, but
 * not for as long as it must; good: right, and watched on; passed: done; unknown: it gave no answer.
 */
export interface CheckState {
  id: string;
  kind: "digest" | "health" | "smoke" | "job" | "metric" | "trigger";
  service: string;
  title: string;
  status: "waiting" | "holding" | "good" | "passed" | "failed" | "unknown";
  since: string;
  failures: number;
  found: string;
  /** Of a metric: what its last judgement said. */
  outcome?: Outcome;
  /** Of a trigger that holds: since when; it stays while nobody can tell. */
  heldSince?: string;
  /** Measured and shown; decides nothing. */
  dryRun?: true;
  /** Of a job: how far it is; absent before it is to be started. */
  job?: JobState;
}

/** A job that was to be started. Its intent is written down before it is started, and where it is found again after that. */
export interface JobState {
  /** When it was to be started; its time runs from here. */
  askedAt: string;
  /** What it is found again by: an address, or a name; absent while it is not known to have begun. */
  handle?: Record<string, string>;
  /** Nothing more will come of it. */
  isOver?: true;
  /** SHA-256 (hex) of its log, which is kept beside the ledger; absent where there is none. */
  log?: string;
}

/** Why a promotion went back or ended badly. failed: the target or a check said no; errored: we could not tell. */
export interface Cause {
  kind: "failed" | "errored" | "aborted";
  service: string | null;
  reason: string;
  evidence: { name: string; value: string }[];
  by: Actor | null;
  at: string;
  /** SHA-256 (hex) of what failing pods left behind, which is kept beside the ledger; absent where there is nothing. */
  kept?: string;
}

/** A registry's tag that an environment moves for one service. */
export interface TagOfService {
  service: string;
  tag: string;
}

export type PromotionState = PromotionBase &
  (
    | { phase: "waiting"; since: string }
    | { phase: "queued"; since: string }
    | { phase: "rollingOut"; since: string; rollouts: RolloutState[] }
    | {
        phase: "verifying";
        since: string;
        rollouts: RolloutState[];
        checks: CheckState[];
        watchUntil: string;
        deadlineAt: string;
        /** Set once every check has passed: the registry's tags are being moved. */
        passedAt: string | null;
        tags: { service: string; tag: string; status: "due" | "moved" | "failed"; note: string }[];
      }
    /** `movedTags`: those that may name the new digest by now, and are to name again what runs; absent where there are none. */
    | { phase: "rollingBack"; since: string; rollouts: RolloutState[]; cause: Cause; movedTags?: TagOfService[] }
    | {
        phase: "stuck";
        since: string;
        rollouts: RolloutState[];
        cause: Cause;
        trouble: string;
        movedTags?: TagOfService[];
      }
    | {
        phase: "succeeded";
        endedAt: string;
        rollouts: RolloutState[];
        checks: CheckState[];
        tags: { service: string; tag: string; status: "due" | "moved" | "failed"; note: string }[];
      }
    | { phase: "rejected"; endedAt: string; by: Actor | null; why: string }
    | { phase: "expired"; endedAt: string }
    | { phase: "superseded"; endedAt: string; supersededBy: string }
    | { phase: "aborted"; endedAt: string; by: Actor; why: string; rollouts: RolloutState[] }
    | { phase: "rolledBack"; endedAt: string; rollouts: RolloutState[]; cause: Cause; nextStep: string }
    | {
        phase: "failed";
        endedAt: string;
        rollouts: RolloutState[];
        cause: Cause;
        nextStep: string;
        closedBy: Actor | null;
      }
  );

export type PromotionPhase = PromotionState["phase"];

const ended: ReadonlySet<PromotionPhase> = new Set<PromotionPhase>([
  "succeeded",
  "rejected",
  "expired",
  "superseded",
  "aborted",
  "rolledBack",
  "failed",
]);

/** True for the phases that are never left. */
export function hasEnded(phase: PromotionPhase): boolean {
  return ended.has(phase);
}

const retryable: ReadonlySet<PromotionPhase> = new Set<PromotionPhase>(["failed", "rolledBack", "expired", "aborted"]);

/** True for what ended without having been refused or replaced: exactly its plan may be asked for again. */
export function mayRetry({ phase }: { phase: PromotionPhase }): boolean {
  return retryable.has(phase);
}

const active: ReadonlySet<PromotionPhase> = new Set<PromotionPhase>([
  "rollingOut",
  "verifying",
  "rollingBack",
  "stuck",
]);

/** True for the phases that hold the one place a service and environment have; a stuck promotion holds it too. */
export function isActive(phase: PromotionPhase): boolean {
  return active.has(phase);
}
