import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { allSent } from "@/lib/db/all-sent";
import { type Queryable, sql } from "@/lib/db/sql";
import { NotFound } from "@/lib/pipeline/errors";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { hasEnded, mayRetry, type PromotionState } from "@/lib/pipeline/promotion/state";
import { type SigningStanding, signatureCount, signingStanding, stillCounts } from "@/lib/queries/approval-standing";
import { type CanaryView, loadCanaries } from "@/lib/queries/canaries";
import { type ChecklistView, loadChecklists } from "@/lib/queries/checklists";
import { type ColourView, loadColours } from "@/lib/queries/colours";
import { type DelegatedView, loadDelegated } from "@/lib/queries/delegated";
import { instant } from "@/lib/queries/instant";
import { type OverrideView, overrideViews } from "@/lib/queries/overrides";
import { loadPlanFacts, type ServiceFacts } from "@/lib/queries/plan-facts";
import { loadPromotionMetrics, type MetricView } from "@/lib/queries/promotion-metrics";
import { type FeedLine, feedLine, momentOf, type PromotionMoment, replayableOf } from "@/lib/queries/promotion-moment";
import type { PageEntry } from "@/lib/queries/promotion-orders";
import { loadRolloutSteps, type SteppedRollout } from "@/lib/queries/rollout-steps";
import { standingSignatures } from "@/lib/queries/standing-signatures";

/** One signature, or one that is void because the plan is another one by now. */
export interface SignatureView {
  by: string;
  at: string;
  reason: string | null;
  planHash: string;
  entry: number;
  /** It is for the plan as it is now. */
  current: boolean;
  /** It is, and whoever gave it may still give it, by the last evaluation. */
  counts: boolean;
}

/** Work that is due, and why it is late. */
export interface DueWork {
  kind: string;
  service: string | null;
  dueAt: string;
  attempts: number;
  trouble: string | null;
}

export interface BlockView {
  id: string;
  service: string;
  digest: string;
  reason: string;
  nextStep: string;
  liftedAt: string | null;
}

/** One pod as it was last seen, as far as a page tells. */
export interface PodView {
  name: string;
  /** What its runtime reports; absent while it has reported none. */
  digest?: string;
  ready: boolean;
  restarts: number;
  phase: string;
  node?: string;
  startedAt?: string;
  /** Of the workload's newest revision. */
  current: boolean;
  /** The cluster's words where it waits or ended. */
  trouble?: { reason: string; message: string };
}

/** What was last seen of a service where this promotion goes. */
export interface SeenView {
  service: string;
  seenAt: string | null;
  ready: number;
  desired: number;
  health: string;
  healthReason: string | null;
  digest: string | null;
  /** What runs there is still this promotion's doing. */
  own: boolean;
  pods: PodView[];
  /** The cluster's own words for what went wrong. */
  failure: { reason: string; message: string } | null;
}

/** What whoever looks may do with it now. */
export interface PromotionRights {
  abort: boolean;
  settle: boolean;
  /** Take what it brought back again: only while that is what should run. */
  rollBack: boolean;
  promote: boolean;
  /** Ask for exactly this plan again. */
  retry: boolean;
  unblock: boolean;
  reject: boolean;
  override: boolean;
}

/** A promotion as its page shows it. Times are ISO 8601, UTC. */
export interface PromotionView extends PromotionMoment {
  asOf: string;
  id: string;
  project: string;
  plan: Plan;
  planHash: string;
  reason: string | null;
  requestedBy: string;
  requestedAt: string;
  expiresAt: string;
  causedBy: string | null;
  /** Rollbacks that undo this one. */
  undoneBy: string[];
  supersededBy: string | null;
  /** What waited there and gave its place to this one. */
  supersedes: string[];
  /** Whoever asks for it again types the environment's name. */
  isProtected: boolean;
  /** What can be replayed of it: from its first to its last entry; null before it has ended, and where nothing was done. */
  replay: { from: number; to: number } | null;
  verdicts: Verdict[];
  signatures: SignatureView[];
  /** When the plan became another one: what changed, and how many signatures and ticks that made void. */
  replans: { at: string; entry: number; changes: string[]; voided: number; voidedTicks: number }[];
  signing: { standing: SigningStanding; given: number; needed: number };
  /** Of those whose strategy has several steps. */
  rollouts: SteppedRollout[];
  canaries: CanaryView[];
  /** Those that a controller in the cluster carries out. */
  delegated: DelegatedView[];
  /** The colours that come up beside the live ones, and take no traffic yet. */
  colours: ColourView[];
  /** What its checks measured; empty where nothing is measured. */
  metrics: MetricView[];
  due: DueWork[];
  /** What has the place that it waits for. */
  ahead: string | null;
  blocks: BlockView[];
  seen: SeenView[];
  facts: ServiceFacts[];
  feed: FeedLine[];
  entries: number;
  checklists: ChecklistView[];
  overrides: OverrideView[];
  rights: PromotionRights;
}

interface Row {
  state: PromotionState;
  signatures: PromotionState["approvals"];
  entries: PageEntry[];
  seen: (Omit<SeenView, "pods" | "failure"> & { observation: Observation | null })[];
  blocks: BlockView[];
  due: DueWork[];
  undoneBy: string[];
  supersedes: string[];
  isProtected: boolean;
  ahead: string | null;
}

/** As the observer stored it; a workload that was not there has no pods. */
interface Observation {
  pods?: PodView[];
  failure?: { reason: string; message: string };
}

const feedMax = 60;

/** Everything about one promotion, from one snapshot. Throws NotFound for what is not there, or not theirs to see. */
export async function loadPromotionPage(
  db: Queryable,
  principal: Principal,
  id: string,
  now: string,
): Promise<PromotionView> {
  const [row] = await db.query<Row>(
    sql`select p.state, ${standingSignatures(sql`p.state`)} as signatures,
               coalesce((select jsonb_agg(jsonb_build_object('seq', seq, 'at', ${instant(sql`at`)}, 'kind', kind, 'actor', actor,
                                  'service', service, 'hash', hash, 'data', data - 'plan') order by seq)
                  from ledger_entry where project = p.project and promotion = p.id), '[]') as entries,
               coalesce((select jsonb_agg(jsonb_build_object('service', service, 'seenAt', observed_at, 'ready', ready,
                                  'desired', desired, 'health', health, 'healthReason', health_reason,
                                  'digest', observed_digest, 'own', wanted_promotion is not distinct from p.id,
                                  'observation', observation)
                                  order by array_position(p.services, service))
                  from deployment where project = p.project and environment = p.environment
                   and service = any(p.services)), '[]') as seen,
               coalesce((select jsonb_agg(jsonb_build_object('id', id, 'service', service, 'digest', digest, 'reason', reason,
                                  'nextStep', next_step, 'liftedAt', lifted_at) order by service)
                  from block where project = p.project and promotion = p.id), '[]') as blocks,
               coalesce((select jsonb_agg(jsonb_build_object('kind', kind, 'service', payload->>'service', 'dueAt', due_at,
                                  'attempts', attempts, 'trouble', trouble) order by due_at)
                  from step where promotion = p.id and status = 'due'), '[]') as due,
               coalesce((select jsonb_agg(c.id order by c.number)
                  from promotion c where c.project = p.project and c.caused_by = p.id and c.kind = 'rollback'), '[]') as "undoneBy",
               coalesce((select jsonb_agg(c.id order by c.number)
                  from promotion c where c.project = p.project and c.environment = p.environment and c.phase = 'superseded'
                   and c.state->>'supersededBy' = p.id), '[]') as supersedes,
               coalesce((select e.protected from environment e
                  where e.project = p.project and e.name = p.environment), false) as "isProtected",
               (select r.promotion from rollout r
                 where r.project = p.project and r.environment = p.environment and r.active
                   and r.service = any(p.services) and r.promotion <> p.id limit 1) as ahead
          from promotion p where p.id = ${id}`,
  );
  if (!row || !can(principal, "view", { project: row.state.project })) throw new NotFound(`promotion ${id}`);
  const [facts, checklists, rollouts, metrics, canaries, delegated, colours] = await allSent([
    hasEnded(row.state.phase) ? [] : loadPlanFacts(db, row.state.plan),
    loadChecklists(db, principal, row.state, row.state),
    loadRolloutSteps(db, row.state),
    "rollouts" in row.state ? loadPromotionMetrics(db, id, row.entries) : [],
    loadCanaries(db, principal, row.state),
    loadDelegated(db, principal, row.state),
    loadColours(db, row.state),
  ]);
  const loaded = { facts, checklists, rollouts, metrics, canaries, delegated, colours };
  return viewOf(principal, row, loaded, now);
}

type Loaded = Pick<
  PromotionView,
  "facts" | "checklists" | "rollouts" | "metrics" | "canaries" | "delegated" | "colours"
>;

function viewOf(principal: Principal, row: Row, loaded: Loaded, now: string): PromotionView {
  const { state, entries } = row;
  const { id, project, plan, planHash, reason, requestedAt, expiresAt, causedBy, verdicts } = state;
  const asked = { ...state, approvals: row.signatures, environment: plan.environment, gates: plan.gates };
  return {
    ...{ asOf: now, id, project, plan, planHash, reason, requestedAt, expiresAt, causedBy, verdicts },
    ...loaded,
    ...momentOf(state, entries),
    requestedBy: state.requestedBy.name,
    undoneBy: row.undoneBy,
    supersedes: row.supersedes,
    isProtected: row.isProtected,
    supersededBy: state.phase === "superseded" ? state.supersededBy : null,
    replay: replayableOf(state, entries),
    signatures: signaturesOf(entries, state),
    replans: entries.flatMap((entry) =>
      entry.kind === "promotion.replanned" ? [replanOf(entry.at, entry.seq, entry.data)] : [],
    ),
    signing: { standing: signingStanding(principal, asked, now), ...signatureCount(asked) },
    due: row.due,
    ahead: row.ahead,
    blocks: row.blocks,
    seen: row.seen.map(seenOf),
    feed: feedOf(state, entries),
    entries: entries.length,
    overrides: overrideViews(principal, state, { project, environment: plan.environment }),
    rights: rightsOf(principal, state, row),
  };
}

function replanOf(
  at: string,
  entry: number,
  data: { changes: string[]; voided: number; voidedTicks?: number },
): PromotionView["replans"][number] {
  return { at, entry, changes: data.changes, voided: data.voided, voidedTicks: data.voidedTicks ?? 0 };
}

function signaturesOf(entries: readonly PageEntry[], { planHash, verdicts }: PromotionState): SignatureView[] {
  return entries.flatMap((entry) =>
    entry.kind === "promotion.approved"
      ? [
          {
            by: entry.actor.name,
            at: entry.at,
            reason: entry.data.reason,
            planHash: entry.data.planHash,
            entry: entry.seq,
            current: entry.data.planHash === planHash,
            counts: entry.data.planHash === planHash && stillCounts(verdicts, { by: entry.actor, at: entry.at }),
          },
        ]
      : [],
  );
}

function seenOf({ observation, ...seen }: Row["seen"][number]): SeenView {
  return { ...seen, pods: observation?.pods ?? [], failure: observation?.failure ?? null };
}

function feedOf({ plan }: PromotionState, entries: readonly PageEntry[]): FeedLine[] {
  return entries
    .slice(-feedMax)
    .toReversed()
    .map((entry) => feedLine(plan, entry));
}

function rightsOf(principal: Principal, state: PromotionState, row: Row): PromotionRights {
  const { project, phase } = state;
  const scope = { project, environment: state.plan.environment };
  const isAbortable = ["waiting", "queued", "rollingOut", "verifying"].includes(phase);
  const isWaiting = phase === "waiting" || phase === "queued";
  const brought = phase === "succeeded" && row.seen.length > 0 && row.seen.every((one) => one.own);
  return {
    abort: isAbortable && can(principal, "abort", scope),
    settle: phase === "stuck" && can(principal, "rollBack", scope),
    rollBack: brought && can(principal, "rollBack", scope),
    promote: can(principal, "promote", scope),
    retry: mayRetry(state) && can(principal, state.plan.kind === "rollback" ? "rollBack" : "promote", scope),
    unblock: row.blocks.some((one) => one.liftedAt === null) && can(principal, "unblock", scope),
    reject: isWaiting && can(principal, "reject", scope),
    override: isWaiting && can(principal, "override", scope),
  };
}
