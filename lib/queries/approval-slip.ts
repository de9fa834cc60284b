import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { allSent } from "@/lib/db/all-sent";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { comparePlans } from "@/lib/pipeline/plan/compare-plans";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { PromotionPhase, PromotionState } from "@/lib/pipeline/promotion/state";
import { type SigningStanding, signatureCount, signingStanding, stillCounts } from "@/lib/queries/approval-standing";
import { type ChecklistView, loadChecklists } from "@/lib/queries/checklists";
import { instant } from "@/lib/queries/instant";
import { loadPlanFacts, type ServiceFacts } from "@/lib/queries/plan-facts";
import { standingSignatures } from "@/lib/queries/standing-signatures";

/** Exactly one plan of a promotion, for somebody who signs it. Times are ISO 8601, UTC. */
export interface ApprovalSlipView {
  asOf: string;
  id: string;
  project: string;
  phase: PromotionPhase;
  requestedBy: string;
  requestedAt: string;
  expiresAt: string;
  reason: string | null;
  /** Of the plan on the slip: the one that was asked for, also where it is not current any more. */
  planHash: string;
  plan: Plan;
  /** False where the promotion has another plan by now: then this one cannot be signed. */
  current: boolean;
  currentHash: string;
  /** What of the plan is different now; empty where it is current. */
  changes: string[];
  facts: ServiceFacts[];
  checklists: ChecklistView[];
  /** On the current plan; none for another one. */
  verdicts: Verdict[];
  /** Who signed exactly this plan; of the current one, without what does not count any more. */
  signatures: { by: string; at: string; reason: string | null; mine: boolean }[];
  /** `from`: groups and addresses whose yes would still count. */
  signing: { standing: SigningStanding; given: number; needed: number; from: string[] };
  mayReject: boolean;
}

interface Row {
  state: PromotionState;
  plans: { planHash: string; plan: Plan }[];
  approvals: PromotionState["approvals"];
  signed: { by: string; person: string; at: string; reason: string | null; planHash: string }[];
}

/**
 * The plan with the hash `planHash` of a promotion, whether or not it is the one that would run now; without a hash, the
 * one that would. Throws NotFound where there is no such promotion or plan, or it is not theirs to see.
 */
export async function loadApprovalSlip(
  db: Queryable,
  principal: Principal,
  id: string,
  { planHash, now }: { planHash?: string; now: string },
): Promise<ApprovalSlipView> {
  const [row] = await db.query<Row>(
    sql`select p.state, ${standingSignatures(sql`p.state`)} as approvals,
               coalesce((select jsonb_agg(jsonb_build_object('planHash', data->>'planHash', 'plan', data->'plan') order by seq)
                  from ledger_entry where project = p.project and promotion = p.id
                   and kind in ('promotion.requested', 'promotion.replanned')), '[]') as plans,
               coalesce((select jsonb_agg(jsonb_build_object('by', actor->>'name', 'person', data->>'person', 'at', ${instant(sql`at`)},
                                  'reason', data->>'reason', 'planHash', data->>'planHash') order by seq)
                  from ledger_entry where project = p.project and promotion = p.id
                   and kind = 'promotion.approved'), '[]') as signed
          from promotion p where p.id = ${id}`,
  );
  if (!row || !can(principal, "view", { project: row.state.project })) throw new NotFound(`promotion ${id}`);
  const { state } = row;
  const asked = planHash ?? state.planHash;
  const plan = asked === state.planHash ? state.plan : row.plans.findLast((one) => one.planHash === asked)?.plan;
  if (!plan) throw new NotFound(`promotion ${id} never had the plan ${asked}`);
  const current = asked === state.planHash;
  const { environment } = plan;
  const standing = { ...state, approvals: row.approvals, environment, gates: plan.gates };
  const [facts, checklists] = await allSent([
    loadPlanFacts(db, plan),
    loadChecklists(db, principal, state, { plan, planHash: asked }),
  ]);
  const me = principal.kind === "token" ? principal.owner.id : principal.id;
  return {
    ...{ asOf: now, id, project: state.project, phase: state.phase, reason: state.reason },
    ...{ requestedAt: state.requestedAt, expiresAt: state.expiresAt, planHash: asked, plan, current },
    requestedBy: state.requestedBy.name,
    currentHash: state.planHash,
    changes: current ? [] : comparePlans(plan, state.plan),
    ...{ facts, checklists },
    verdicts: current ? state.verdicts : [],
    signatures: row.signed
      .filter(
        (one) => one.planHash === asked && (!current || stillCounts(state.verdicts, { ...one, by: { name: one.by } })),
      )
      .map(({ by, at, reason, person }) => ({ by, at, reason, mine: person === me })),
    signing: {
      standing: signingStanding(principal, standing, now),
      ...signatureCount(standing),
      from: askedOf(plan, current ? state.verdicts : []),
    },
    mayReject:
      current &&
      (state.phase === "waiting" || state.phase === "queued") &&
      can(principal, "reject", { project: state.project, environment }),
  };
}

function askedOf(plan: Plan, verdicts: readonly Verdict[]): string[] {
  const asked = plan.gates.flatMap((gate, index) =>
    gate.kind === "approval" && !gate.shadow ? (verdicts[index]?.askedOf ?? gate.from) : [],
  );
  return [...new Set(asked)];
}
