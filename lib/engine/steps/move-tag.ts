import { backoffMs } from "@/lib/engine/attempt-call";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, putOff, settle } from "@/lib/engine/lease";
import { plannedOf } from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { ExternalError } from "@/lib/ports/external-error";

/** Some minutes of trying: the release runs and is verified, so its success does not wait for a registry for ever. */
const attemptsMax = 10;

/** Moves an environment's tag to the verified digest, in the registry itself. Doing it twice changes nothing. */
export async function runMoveTag(engine: Engine, step: LeasedStep): Promise<void> {
  const { service = "", tag = "" } = step.payload;
  await failpoint("moveTag:taken");
  const state = await loadPromotion(engine.pool, step.project, step.promotion);
  if (state?.phase !== "verifying") {
    await settle(engine, step, () => undefined);
    return;
  }
  const planned = plannedOf(state, service);
  const { digest } = planned.to;
  try {
    const registry = await engine.world.registry(state.project, planned.connection);
    const { before } = await registry.moveTag(planned.repository, tag, digest, AbortSignal.timeout(engine.callMs));
    await failpoint("moveTag:moved");
    await settle(engine, step, () => ({ kind: "tagMoved", service, tag, digest, before: before ?? null }));
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    if (error.retryable && step.attempts < attemptsMax) {
      await putOff(engine, step, backoffMs(step.attempts, error.retryAfterMs), error.message);
      return;
    }
    await settle(engine, step, () => ({ kind: "tagTrouble", service, tag, reason: error.message }));
  }
  await failpoint("moveTag:settled");
}
