import { sql } from "@/lib/db/sql";
import { backoffMs } from "@/lib/engine/attempt-call";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, putOff, settle } from "@/lib/engine/lease";
import { placeIsBusy } from "@/lib/engine/steps/place-is-busy";
import { plannedOf } from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { entryFor, later, worker } from "@/lib/pipeline/promotion/decision";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { Digest } from "@/lib/pipeline/release/digest";
import { ExternalError } from "@/lib/ports/external-error";

/** Some minutes of trying: the release runs and is verified, so its success does not wait for a registry for ever. */
const attemptsMax = 10;
/** After a way back nothing waits for it, and it may have waited long itself: so long after the end it is tried. */
const triedForMs = 86_400_000;
/** While another promotion is under way there, whose success may move the tag, it is asked again this often. */
const askAgainMs = 5_000;

type Outcome = PromotionInput & { kind: "tagMoved" | "tagTrouble" };

/**
 * Moves an environment's tag in the registry itself: to the verified digest, or, after a way back that met it there, to
 * what runs again. Doing it twice changes nothing.
 */
export async function runMoveTag(engine: Engine, step: LeasedStep): Promise<void> {
  const { service = "", tag = "" } = step.payload;
  await failpoint("moveTag:taken");
  const state = await loadPromotion(engine.pool, step.project, step.promotion);
  const digest = state && digestOf(state, step);
  if (!state || !digest || (isBack(step) && (await isTakenOver(engine, state, service)))) {
    await settle(engine, step, () => undefined);
    return;
  }
  if (isBack(step) && ((await placeIsBusy(engine, state, service)) || (await isBeingMoved(engine, step)))) {
    await putOff(engine, step, askAgainMs, "the tag may be moved by another one at this moment");
    return;
  }
  const planned = plannedOf(state, service);
  try {
    const registry = await engine.world.registry(state.project, planned.connection);
    const { before } = await registry.moveTag(planned.repository, tag, digest, AbortSignal.timeout(engine.callMs));
    await failpoint("moveTag:moved");
    await record(engine, step, { kind: "tagMoved", service, tag, digest, before: before ?? null });
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    if (error.retryable && mayTryAgain(engine, state, step)) {
      await putOff(engine, step, backoffMs(step.attempts, error.retryAfterMs), error.message);
      return;
    }
    await record(engine, step, { kind: "tagTrouble", service, tag, reason: error.message });
  }
  await failpoint("moveTag:settled");
}

/** True where the promotion went back: then the tag follows what runs again. */
function isBack({ payload }: LeasedStep): boolean {
  return payload.attempt === 2;
}

/** Being put off for another promotion counts as an attempt too, so that after a way back time decides. */
function mayTryAgain(engine: Engine, state: PromotionState, step: LeasedStep): boolean {
  if (!isBack(step)) return step.attempts < attemptsMax;
  return "endedAt" in state && engine.now() < later(state.endedAt, triedForMs);
}

/** What the tag is to name; undefined where it is not to be moved any more. */
function digestOf(state: PromotionState, step: LeasedStep): Digest | undefined {
  const planned = plannedOf(state, step.payload.service);
  if (!isBack(step)) return state.phase === "verifying" ? planned.to.digest : undefined;
  return state.phase === "rolledBack" || state.phase === "aborted" ? planned.rollback?.digest : undefined;
}

/** Said to the promotion while it is under way; after its end it is written down alone. */
async function record(engine: Engine, step: LeasedStep, outcome: Outcome): Promise<void> {
  if (!isBack(step)) {
    await settle(engine, step, () => outcome);
    return;
  }
  await settle(engine, step, async (current, tx, now) => {
    const write = entryFor(current, now, worker);
    const { service, tag } = outcome;
    const entry =
      outcome.kind === "tagMoved"
        ? write({ kind: "tag.moved", data: { service, tag, digest: outcome.digest, before: outcome.before } })
        : write({ kind: "tag.failed", data: { service, tag, reason: outcome.reason } });
    await tx.append([entry]);
    return undefined;
  });
}

/** A later success there has moved it already, to its own digest. */
async function isTakenOver(engine: Engine, { id, project, plan }: PromotionState, service: string): Promise<boolean> {
  const [row] = await engine.pool.query<{ taken: boolean }>(
    sql`select exists (select from promotion where project = ${project} and environment = ${plan.environment}
                          and phase = 'succeeded' and ${service} = any(services)
                          and ended_at >= (select ended_at from promotion where id = ${id})) as taken`,
  );
  return row?.taken === true;
}

/** The call of before may still be under way, until the time is over for which its step was taken. */
async function isBeingMoved(engine: Engine, { id, promotion, payload }: LeasedStep): Promise<boolean> {
  const [row] = await engine.pool.query<{ moving: boolean }>(
    sql`select exists (select from step where promotion = ${promotion} and kind = 'moveTag' and id <> ${id}
                          and payload ->> 'service' = ${payload.service ?? ""} and payload ->> 'tag' = ${payload.tag ?? ""}
                          and lease_until > now()) as moving`,
  );
  return row?.moving === true;
}
