import type { Actor } from "@/lib/pipeline/actor";
import type { CheckStatus } from "@/lib/pipeline/check/report";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Cause, CheckState, TagOfService } from "@/lib/pipeline/promotion/state";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { Migration } from "@/lib/pipeline/release/migration";
import type { RolloutStep } from "@/lib/pipeline/rollout/step";
import type { SeverityCounts } from "@/lib/pipeline/scan/severity";

/** `person` is who lets the gate at place `gate` of the plan pass; `id` counts within the promotion. */
type OverrideData = {
  id: number;
  gate: number;
  gateKind: string;
  planHash: string;
  person: string;
  reason: string;
  incident: string;
};

/** `words` is what was found, for a person; `facts` what later steps and the way back must know. */
type StepData = {
  service: string;
  step: string;
  attempt: number;
  words: string;
  facts: Record<string, string>;
  checks?: CheckState[];
  /** Its time was set anew: it got further. */
  deadlineAt?: string;
};
/** `person` is who ticked or unticked the item at place `item` of the checklist at place `gate` of the plan. */
type TickData = { gate: number; item: number; text: string; planHash: string; person: string };

/** Where somebody gave their yes or no: a page, the API (by a token, which the actor names), a button in a chat. */
export type Via = "page" | "api" | "chat";

/** What happened to a promotion, past tense; data alone is enough to build its state again. */
export type PromotionEntryBody =
  | {
      kind: "promotion.requested";
      data: {
        id: string;
        number: number;
        plan: Plan;
        planHash: string;
        reason: string | null;
        causedBy: string | null;
        expiresAt: string;
      };
    }
  | {
      kind: "promotion.replanned";
      data: {
        plan: Plan;
        planHash: string;
        changes: string[];
        voided: number;
        /** How many ticks are void too; absent where there were none. */
        voidedTicks?: number;
      };
    }
  | { kind: "gates.evaluated"; data: { planHash: string; verdicts: Verdict[] } }
  | {
      kind: "promotion.approved";
      data: { person: string; planHash: string; reason: string | null; authenticatedAt?: string; via?: Via };
    }
  | { kind: "checklist.ticked"; data: TickData }
  | { kind: "checklist.unticked"; data: TickData }
  | { kind: "override.requested"; data: OverrideData }
  | { kind: "gate.overridden"; data: OverrideData & { confirmedBy: string | null } }
  | { kind: "override.reviewed"; data: { id: number; person: string; words: string } }
  | { kind: "promotion.rejected"; data: { planHash: string; why: string; via?: Via } }
  | { kind: "promotion.queued"; data: Record<string, never> }
  | { kind: "promotion.requeued"; data: { why: string } }
  | { kind: "promotion.prolonged"; data: { expiresAt: string } }
  | { kind: "promotion.expired"; data: Record<string, never> }
  | { kind: "promotion.superseded"; data: { supersededBy: string } }
  | { kind: "promotion.started"; data: { planHash: string; verdicts: Verdict[] } }
  | {
      kind: "rollout.requested";
      data: {
        service: string;
        digest: Digest;
        planHash: string;
        attempt: number;
        generation: number;
        deadlineAt: string;
        /** Where it goes in several steps: exactly these. */
        steps?: RolloutStep[];
      };
    }
  | { kind: "rollout.stepRequested"; data: { service: string; step: string; attempt: number; deadlineAt: string } }
  | { kind: "rollout.stepAccepted" | "rollout.stepNoted" | "rollout.stepDone" | "rollout.stepSkipped"; data: StepData }
  | {
      kind: "rollout.stepFailed";
      data: { service: string; step: string; attempt: number; reason: string; checks?: CheckState[] };
    }
  | {
      kind: "rollout.paused" | "rollout.promotedFully";
      data: { service: string; step: string; why: string };
    }
  | {
      kind: "rollout.resumed" | "rollout.analysisSkipped";
      /** `place`: the step of a controller that owns the workload, as it was noted last: what is ended stands there. */
      data: { service: string; step: string; why: string; place?: string };
    }
  | {
      kind: "rollout.accepted";
      /** `deadlineAt` where the order had several steps: until when it must have been seen. */
      data: { service: string; targetGeneration: number; written: boolean; deadlineAt?: string };
    }
  | {
      kind: "rollout.observed";
      data: { service: string; runs: Digest; as: "index" | "platform"; ready: number; desired: number };
    }
  /** Somebody outside said that a trigger of the plan fired; `report` is their own id of it. Without a service: of all. */
  | {
      kind: "trigger.fired";
      data: { service?: string; trigger: string; report: string; words: string; happenedAt: string };
    }
  | { kind: "rollout.failed"; data: { service: string; touched: boolean; reason: string } }
  | { kind: "verification.started"; data: { checks: CheckState[]; watchUntil: string; deadlineAt: string } }
  | { kind: "verification.checked"; data: { checks: CheckState[] } }
  | { kind: "verification.passed"; data: { tags: { service: string; tag: string }[] } }
  | { kind: "verification.failed"; data: { check: string; reason: string } }
  | { kind: "tag.moved"; data: { service: string; tag: string; digest: Digest; before: Digest | null } }
  | { kind: "tag.failed"; data: { service: string; tag: string; reason: string } }
  | { kind: "promotion.succeeded"; data: { services: { service: string; digest: Digest }[] } }
  | { kind: "promotion.aborted"; data: { why: string } }
  /** `movedTags`: those that may have been moved already, where every check had passed. */
  | { kind: "rollback.started"; data: { cause: Cause; movedTags?: TagOfService[] } }
  | {
      kind: "revert.requested";
      data: {
        service: string;
        digest: Digest;
        planHash: string;
        attempt: number;
        generation: number;
        deadlineAt: string;
      };
    }
  | { kind: "revert.accepted"; data: { service: string; targetGeneration: number; written: boolean } }
  | { kind: "revert.observed"; data: { service: string; runs: Digest | null } }
  /** `kept`: see Cause; of a way back that failed. */
  | { kind: "promotion.stuck"; data: { trouble: string; kept?: string } }
  | { kind: "promotion.unstuck"; data: { how: "retry" } }
  | { kind: "promotion.rolledBack"; data: { nextStep: string } }
  | { kind: "promotion.failed"; data: { cause: Cause | null; nextStep: string } };

/** What happened in an environment, outside any one promotion's life or as its consequence. */
export type EnvironmentEntryBody =
  | { kind: "digest.blocked"; data: { id: string; service: string; digest: Digest; reason: string; nextStep: string } }
  | { kind: "reverification.requested"; data: { id: string; service: string; digest: Digest } }
  | {
      kind: "reverification.passed";
      data: { id: string; service: string; digest: Digest; evidence: { name: string; value: string }[] };
    }
  | {
      kind: "reverification.failed" | "reverification.errored";
      data: {
        id: string;
        service: string;
        digest: Digest;
        evidence: { name: string; value: string }[];
        reason: string;
      };
    }
  | { kind: "digest.unblocked"; data: { id: string; service: string; digest: Digest; why: string } }
  | { kind: "digest.pinned"; data: { id: string; service: string; digest: Digest; reason: string } }
  | { kind: "digest.unpinned"; data: { id: string; service: string; digest: Digest; why: string } }
  | { kind: "automation.held"; data: { id: string; service: string; reason: string } }
  | { kind: "automation.resumed"; data: { id: string; service: string; why: string } }
  | { kind: "environment.held"; data: { id: string; reason: string } }
  | { kind: "environment.released"; data: { id: string; why: string } }
  | { kind: "colour.retired"; data: { service: string; colour: string; workload: string } }
  | { kind: "colour.kept"; data: { service: string; colour: string; why: string } }
  | { kind: "deployment.found"; data: { service: string; digest: Digest | null; version: string | null } }
  | { kind: "drift.detected"; data: { service: string; wanted: Digest; runs: Digest | null; changedBy: string | null } }
  | { kind: "drift.cleared"; data: { service: string; runs: Digest } }
  | { kind: "drift.adopted"; data: { service: string; digest: Digest; version: string | null; why: string } };

/** What happened to a project or to the installation. */
export type ProjectEntryBody =
  | { kind: "project.held"; data: { id: string; reason: string } }
  | { kind: "project.released"; data: { id: string; why: string } }
  | {
      kind: "project.applied";
      data: {
        version: number;
        fileHash: string;
        changes: { path: string; kind: string }[];
        /** Where it took two: the proposal, and the person who made it. The actor is who confirmed it. */
        proposal?: string;
        proposedBy?: string;
      };
    }
  | {
      kind: "policy.proposed";
      data: {
        id: string;
        baseVersion: number;
        fileHash: string;
        environments: string[];
        changes: { path: string; kind: string }[];
        expiresAt: string;
      };
    }
  | { kind: "policy.rejected"; data: { id: string; why: string } }
  | { kind: "connection.applied"; data: { name: string; connectionKind: string; version: number } }
  | {
      kind: "release.announced";
      data: {
        version: string;
        artifacts: {
          service: string;
          repository: string;
          digest: Digest;
          tag: string | null;
          revision: string | null;
          /** Absent where nothing was said of it. */
          migration?: Migration;
        }[];
      };
    }
  | {
      kind: "scan.recorded";
      data: {
        id: string;
        digest: Digest;
        services: string[];
        format: "trivy" | "sarif";
        tool: string;
        toolVersion: string | null;
        scannedAt: string;
        counts: SeverityCounts;
        /** SHA-256 of the report as it was uploaded. */
        reportHash: string;
      };
    }
  | {
      kind: "check.reported";
      data: {
        id: string;
        name: string;
        digest: Digest;
        services: string[];
        status: CheckStatus;
        url: string | null;
        summary: string | null;
      };
    }
  | {
      kind: "token.created";
      data: { id: string; label: string; role: string; environments: string[]; expiresAt: string };
    }
  | { kind: "token.revoked"; data: { id: string } }
  | { kind: "person.revoked"; data: { id: string; person: string; name: string; reason: string; tokens: number } }
  | { kind: "person.restored"; data: { id: string; person: string; name: string; why: string } };

export type EntryBody = PromotionEntryBody | EnvironmentEntryBody | ProjectEntryBody;

export interface EntrySubject {
  promotion?: string;
  service?: string;
  environment?: string;
  release?: string;
}

/** An entry before the ledger gave it its number and hash. `at` is ISO 8601 with milliseconds, UTC. */
export type Entry<Body extends EntryBody = EntryBody> = Body & { at: string; actor: Actor; subject: EntrySubject };
export type PromotionEntry = Entry<PromotionEntryBody>;
