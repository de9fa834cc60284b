import type { StoredProject } from "@/lib/facts/project";
import type { Actor } from "@/lib/pipeline/actor";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { World } from "@/lib/ports/world";

/** Something that only an outside system knows, and that a gate of a plan asks for. */
export interface Question {
  /** The kind of evidence; with `key` it names the answer, the same for every plan that asks the same. */
  kind: string;
  key: string;
  /**
   * An answer older than this is asked for anew, in milliseconds; Infinity for what cannot change. Where it depends on
   * the answer (a system that said when to come back), a function of it.
   */
  freshMs: number | ((value: unknown) => number);
  /** Answers JSON. Throws ExternalError, whose message is kept as the reason why it is not known. */
  ask(world: World, signal: AbortSignal): Promise<unknown>;
}

/** What a collector reads its questions from. */
export interface Subject {
  plan: Plan;
  planHash: string;
  /** Null before the promotion is asked for. */
  promotion: string | null;
  /** Who asked for it, when and why; absent before that. */
  request?: { by: Actor; at: string; reason: string | null };
  project: StoredProject;
}

/** The questions that one kind of gate puts to outside systems for this plan; none where it names no such gate. */
export type Collector = (subject: Subject) => Question[];

/** The request of a promotion, as its questions tell it. */
export function requestOf({ requestedBy: by, requestedAt: at, reason }: PromotionState): Subject["request"] {
  return { by, at, reason };
}
