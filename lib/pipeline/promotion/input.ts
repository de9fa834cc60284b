import type { Actor } from "@/lib/pipeline/actor";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Via } from "@/lib/pipeline/promotion/entry";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { TriggerReport } from "@/lib/pipeline/promotion/trigger-report";
import type { Digest } from "@/lib/pipeline/release/digest";

/** A refusal by the target or a check (failed), or that we could not tell (errored), in words for a person. */
export interface Trouble {
  kind: "failed" | "errored";
  reason: string;
  evidence: { name: string; value: string }[];
}

/** What a look at the target told about the digest that it should run. */
export type Sighting =
  | { kind: "running"; runs: Digest; as: "index" | "platform"; ready: number; desired: number }
  | { kind: "progressing"; ready: number; desired: number }
  | { kind: "trouble"; trouble: Trouble };

/** What a look at a step of a rollout, or the order that it gave, found. */
export type StepFinding =
  /** The target took the order; whether it is so is seen with the next look. */
  | { kind: "accepted"; words: string; facts?: Record<string, string> }
  /** Not yet. With `facts` that are new it is written down. Unknown: nobody answered, so that its end would be errored. */
  | {
      kind: "progressing";
      words: string;
      facts?: Record<string, string>;
      /** Of an analysis; written down where one of them stands otherwise than before. */
      checks?: CheckState[];
      againMs?: number;
      unknown?: boolean;
      /** Its time does not end: a person paused it, or is to decide. */
      waits?: boolean;
      /** It got further: with news, its time begins anew. */
      renews?: boolean;
    }
  /** `targetGeneration`: the target's own revision of the last order, where the step gave one. */
  | {
      kind: "done";
      words: string;
      facts?: Record<string, string>;
      checks?: CheckState[];
      targetGeneration?: number;
    }
  | { kind: "skipped"; words: string; facts?: Record<string, string> }
  /** `touched`: the step may have changed the target. */
  | { kind: "trouble"; trouble: Trouble; touched: boolean; checks?: CheckState[] };

/**
 * Everything that can be said to a promotion: what a person asked for, or what the engine found. `kept` is the SHA-256 (hex)
 * of what failing pods left behind, where this may be why it goes wrong.
 */
export type PromotionInput = Said & { kept?: string };

type Said =
  | {
      kind: "request";
      id: string;
      number: number;
      plan: Plan;
      planHash: string;
      reason: string | null;
      causedBy: string | null;
      expiresAt: string;
      by: Actor;
    }
  /** The plan as it would be built now and the verdicts on it; `change` lists what differs from the stored plan. */
  | { kind: "evaluated"; plan: Plan; planHash: string; changes: string[]; verdicts: Verdict[]; slotFree: boolean }
  /**
   * `authenticatedAt`: when whoever approves had signed in; null for a token and where nobody said. `lapsed`: their own
   * yes to this plan is void, because their access was revoked after it.
   */
  | {
      kind: "approve";
      by: Actor;
      person: string;
      planHash: string;
      reason: string | null;
      authenticatedAt: string | null;
      via?: Via;
      lapsed?: boolean;
    }
  /** `lapsed`: whoever ticked it before may not tick it any more, so that it counts as open. */
  | {
      kind: "tick";
      by: Actor;
      person: string;
      planHash: string;
      gate: number;
      item: number;
      ticked: boolean;
      lapsed: boolean;
    }
  | {
      kind: "override";
      by: Actor;
      person: string;
      planHash: string;
      gate: number;
      reason: string;
      incident: string;
      authenticatedAt: string | null;
    }
  | {
      kind: "confirmOverride";
      by: Actor;
      person: string;
      planHash: string;
      override: number;
      authenticatedAt: string | null;
    }
  | { kind: "reviewOverride"; by: Actor; person: string; override: number; words: string }
  | { kind: "reject"; by: Actor; planHash: string; why: string; via?: Via }
  | { kind: "abort"; by: Actor; why: string }
  | { kind: "supersede"; by: string }
  | { kind: "intendApply"; service: string; attempt: number; generation: number }
  | { kind: "applied"; service: string; attempt: number; targetGeneration: number; written: boolean }
  | { kind: "applyTrouble"; service: string; attempt: number; touched: boolean; trouble: Trouble }
  | { kind: "sighted"; service: string; sighting: Sighting }
  /** `step`: where it stood as whoever says so saw it (see standsAt); absent where they leave that open. */
  | {
      kind: "pauseRollout" | "resumeRollout" | "skipStep" | "promoteFully";
      service: string;
      step?: string;
      why: string;
      by: Actor;
    }
  | { kind: "intendStep"; service: string; step: string; attempt: number; generation: number }
  | { kind: "stepFound"; service: string; step: string; attempt: number; finding: StepFinding }
  /** Somebody outside says that a trigger of the plan fired. */
  | { kind: "triggerFired"; report: TriggerReport; by: Actor }
  /** `evidence`: the numbers behind checks that stand against a success. */
  | { kind: "checked"; checks: CheckState[]; evidence?: { name: string; value: string }[] }
  /** Its jobs are about to be started. */
  | { kind: "intendJobs" }
  | { kind: "tagMoved"; service: string; tag: string; digest: Digest; before: Digest | null }
  | { kind: "tagTrouble"; service: string; tag: string; reason: string }
  | { kind: "intendRevert"; service: string; attempt: number; generation: number }
  | { kind: "reverted"; service: string; attempt: number; targetGeneration: number; written: boolean }
  | { kind: "revertTrouble"; service: string; attempt: number; trouble: Trouble }
  | { kind: "revertSighted"; service: string; sighting: Sighting }
  | { kind: "retryRollback"; by: Actor }
  | { kind: "close"; by: Actor; why: string };

/** Work to be done because of a decision. `id` is deterministic, so that doing it twice is the same call. */
export type Effect = { id: string; promotion: string; dueAt: string } & (
  | { kind: "evaluate" }
  | { kind: "apply"; service: string; attempt: number }
  | { kind: "rolloutStep"; service: string; step: string; attempt: number }
  | { kind: "observe"; service: string; attempt: number }
  | { kind: "verify" }
  | { kind: "moveTag"; service: string; tag: string; attempt?: 2 }
  | { kind: "retire"; service: string; attempt: number }
  | { kind: "revert"; service: string; attempt: number }
  | { kind: "observeRevert"; service: string; attempt: number }
);

/** Why an input was refused; closed, so that every page and API answer can say what would change it. */
export type RejectionCode =
  | "ended"
  | "alreadyExists"
  | "doesNotExist"
  | "notWaiting"
  | "notRunning"
  | "notStuck"
  | "planChanged"
  | "alreadyApproved"
  | "selfApproval"
  | "approvalNotAsked"
  | "stepUpNeeded"
  | "noSuchGate"
  | "noSuchItem"
  | "alreadyTicked"
  | "notTicked"
  | "personNeeded"
  | "notOverridable"
  | "alreadyOverridden"
  | "gateOpen"
  | "noSuchOverride"
  | "secondPerson"
  | "alreadyReviewed"
  | "notEnded"
  | "outOfOrder"
  | "stale"
  | "noSuchTrigger"
  | "reportOfBefore"
  | "noActor";

export interface Rejection {
  kind: "rejection";
  code: RejectionCode;
  message: string;
}
