import { allSent } from "@/lib/db/all-sent";
import { json, type Queryable, sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import { projectEntries } from "@/lib/ledger/project-entries";
import { recordDrift } from "@/lib/ledger/record-drift";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { InvariantViolation } from "@/lib/pipeline/errors";
import { decide } from "@/lib/pipeline/promotion/decide";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { Effect, PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import { hasEnded, isActive, type PromotionState } from "@/lib/pipeline/promotion/state";

/** What a recorded input made of a promotion. */
export interface Recorded {
  kind: "recorded";
  state: PromotionState;
  entries: Entry[];
}

/** What only the first record of a promotion knows. */
export interface RequestKey {
  idempotencyKey: string;
  requestHash: string;
}

/** The stored state of a promotion; undefined where there is none of that id in the project. */
export async function loadPromotion(db: Queryable, project: string, id: string): Promise<PromotionState | undefined> {
  const [row] = await db.query<{ state: PromotionState }>(
    sql`select state from promotion where id = ${id} and project = ${project}`,
  );
  return row?.state;
}

/**
 * Meets a promotion with an input, inside the transaction that holds its project's chain: decides, writes the entries,
 * the state they make, the tables that pages read, and the work that is due. A rejection writes nothing.
 */
export async function recordInput(
  tx: LedgerTransaction,
  before: PromotionState | undefined,
  input: PromotionInput,
  now: string,
  key?: RequestKey,
): Promise<Recorded | Rejection> {
  const decided = decide(before, input, now);
  if (decided.kind === "rejection") return decided;
  const { entries, effects } = decided;
  const state = entries.reduce(evolve, before);
  if (!state) throw new InvariantViolation(`${input.kind} made no promotion`);
  if (entries.length > 0) {
    await tx.append(entries);
    // Sent one behind the other and awaited together: everybody else of the project waits for this transaction.
    await allSent([
      saveState(tx, state, now, before === undefined ? key : undefined),
      projectEntries(tx, state, entries),
      before?.phase === state.phase ? undefined : changePhase(tx, state),
      saveEffects(tx, state, effects),
    ]);
    if (before && isActive(before.phase) && hasEnded(state.phase)) await judgeAgain(tx, before, state, now);
  } else {
    await saveEffects(tx, state, effects);
  }
  return { kind: "recorded", state, entries };
}

async function saveState(tx: LedgerTransaction, state: PromotionState, now: string, key?: RequestKey): Promise<void> {
  const endedAt = "endedAt" in state ? state.endedAt : null;
  const queuedAt = state.phase === "queued" ? state.since : null;
  if (!key) {
    const changed = await tx.execute(
      sql`update promotion set phase = ${state.phase}, state = ${json(state)}::jsonb, plan_hash = ${state.planHash},
                 changed_at = ${now}, queued_at = coalesce(${queuedAt}::timestamptz, queued_at), ended_at = ${endedAt}
           where id = ${state.id}`,
    );
    if (changed !== 1) throw new InvariantViolation(`${state.id} is not stored`);
    return;
  }
  const { plan } = state;
  await tx.execute(
    sql`insert into promotion (id, project, number, environment, release, version, services, kind, phase, state,
               plan_hash, requested_by, requested_at, changed_at, queued_at, ended_at, caused_by, idempotency_key, request_hash)
        values (${state.id}, ${state.project}, ${state.number}, ${plan.environment}, ${plan.release}, ${plan.version},
                ${plan.services.map((one) => one.service)}, ${plan.kind}, ${state.phase}, ${json(state)}::jsonb,
                ${state.planHash}, ${json(state.requestedBy)}::jsonb, ${state.requestedAt}, ${now},
                ${queuedAt}::timestamptz, ${endedAt}, ${state.causedBy}, ${key.idempotencyKey}, ${key.requestHash})`,
  );
}

/**
 * What follows from a new phase: work that is void, the place that it takes or frees, what the matrix shows. All of it is
 * sent before the first answer. A second active rollout of a service in an environment is refused by the index
 * rollout_one_active.
 */
async function changePhase(tx: LedgerTransaction, state: PromotionState): Promise<void> {
  const { project, plan } = state;
  const services = plan.services.map((one) => one.service);
  const voided = tx.execute(
    sql`update step set status = 'cancelled', finished_at = now() where promotion = ${state.id} and status = 'due'`,
  );
  const placed = isActive(state.phase) || hasEnded(state.phase) ? saveRollouts(tx, state) : undefined;
  const shown = tx.execute(
    sql`update deployment d set (open_promotion, open_phase, open_version) = (
               select p.id, p.phase, p.version from promotion p
                where p.project = d.project and p.environment = d.environment and p.ended_at is null
                  and d.service = any(p.services)
                order by p.phase not in ('waiting', 'queued') desc, p.requested_at desc limit 1)
         where d.project = ${project} and d.environment = ${plan.environment} and d.service = any(${services})`,
  );
  const woken = hasEnded(state.phase) ? wakeWaiting(tx, project) : undefined;
  await allSent([voided, placed, shown, woken]);
}

/**
 * While it was active, what somebody changed by hand was its trouble and nobody's drift, and the cluster tells nothing
 * twice: what was seen last is judged now. Where we wrote a moment ago, it must have seen our write.
 */
async function judgeAgain(
  tx: LedgerTransaction,
  before: PromotionState,
  state: PromotionState,
  now: string,
): Promise<void> {
  const rollouts = "rollouts" in state ? state.rollouts : [];
  for (const rollout of rollouts) {
    const untouched = rollout.phase === "pending" || (rollout.phase === "failed" && !rollout.touched);
    const justWritten = !untouched && before.phase !== "stuck";
    await recordDrift(tx, rollout.service, state.plan.environment, now, justWritten);
  }
}

async function saveRollouts(tx: LedgerTransaction, { id, project, plan, phase }: PromotionState): Promise<void> {
  const rows = plan.services.map((one) => ({
    service: one.service,
    from: one.from?.digest ?? null,
    to: one.to.digest,
  }));
  await tx.execute(
    sql`insert into rollout (promotion, service, project, environment, active, phase, from_digest, to_digest)
        select ${id}, r.service, ${project}, ${plan.environment}, ${isActive(phase)}, ${phase}, r."from", r."to"
          from jsonb_to_recordset(${json(rows)}::jsonb) as r (service text, "from" text, "to" text)
        on conflict (promotion, service) do update set active = excluded.active, phase = excluded.phase`,
  );
}

async function saveEffects(tx: LedgerTransaction, state: PromotionState, effects: Effect[]): Promise<void> {
  if (effects.length === 0) return;
  const rows = effects.map(({ id, kind, dueAt, ...payload }) => ({ id, kind, dueAt, payload }));
  await tx.execute(
    sql`insert into step (id, promotion, project, kind, payload, status, due_at)
        select e.id, ${state.id}, ${state.project}, e.kind, e.payload, 'due', e."dueAt"
          from jsonb_to_recordset(${json(rows)}::jsonb) as e (id text, kind text, "dueAt" timestamptz, payload jsonb)
        on conflict (id) do update set status = 'due', due_at = excluded.due_at, finished_at = null, attempts = 0, trouble = null`,
  );
}
