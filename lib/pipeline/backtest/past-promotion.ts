import type { Actor } from "@/lib/pipeline/actor";
import type { GateEvidence, Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Slo } from "@/lib/pipeline/policy/slo";
import type { Approval, Tick } from "@/lib/pipeline/promotion/state";

/** What became of a promotion that started. `wentWrong`: rolled back, then or later by a person, failed, or stuck. */
export type Outcome = "succeeded" | "wentWrong" | "other";

/** A promotion at the moment at which it started, as the ledger tells it. Times are ISO 8601, UTC. */
export interface PastPromotion {
  id: string;
  number: number;
  plan: Plan;
  planHash: string;
  requestedBy: Actor;
  requestedAt: string;
  reason: string | null;
  startedAt: string;
  /** Of the plan's gates, in their order, as they were recorded when it started. */
  verdicts: Verdict[];
  /** Given by then. */
  approvals: Approval[];
  /** Of items of its checklists, by then. */
  ticks: Tick[];
  /** The objectives of the file that the plan was made with. */
  slos: readonly Slo[];
  outcome: Outcome;
}

/** The evidence that can be read again as it stood at a past moment. */
export type PastFacts = Pick<GateEvidence, "holds" | "blocks" | "pins" | "successes" | "images" | "scans" | "checks">;
