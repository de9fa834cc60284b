import type { Queryable } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import type { GateEvidence } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Approval, Override, PromotionState, Tick } from "@/lib/pipeline/promotion/state";

/** Who asked for a plan and who signed it so far; before a request, whoever looks at the preview. */
export interface SignedSoFar {
  requestedBy: Actor;
  requestedAt: string;
  given: Approval[];
  /** Of any of its plans, like the approvals. */
  ticks?: readonly Tick[];
  /** Why it is asked for; null before the request, or where nobody said. */
  reason?: string | null;
  /** Of any of its plans; only those of the plan that is judged count. */
  overrides?: readonly Override[];
}

/** What people have said to a promotion so far. */
export function signedOf(state: PromotionState): SignedSoFar {
  const { requestedBy, requestedAt, approvals: given, ticks, overrides, reason } = state;
  return { requestedBy, requestedAt, given, reason, ...(ticks ? { ticks } : {}), ...(overrides ? { overrides } : {}) };
}

/** A plan whose gates ask for evidence. */
export interface Asked {
  plan: Plan;
  planHash: string;
  /** The promotion's id; null before it is asked for. */
  promotion: string | null;
  signed: SignedSoFar;
}

/**
 * Reads one kind of evidence for many plans at once, of any projects, by a number of queries that does not grow with
 * them, and answers what each of them has. Undefined is unknown.
 */
export type LoadEvidence<Field extends keyof GateEvidence> = (
  db: Queryable,
  asked: readonly Asked[],
  now: string,
) => Promise<(one: Asked) => GateEvidence[Field]>;

/** What `rows` hold by `key`, to be looked up without walking them for each plan. */
export function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

/** Each value once. */
export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
