import { attemptCall } from "@/lib/engine/attempt-call";
import type { Engine } from "@/lib/engine/engine";
import { expectedDigest } from "@/lib/engine/expected-digest";
import { failpoint } from "@/lib/engine/failpoint";
import { settleWithEvidence } from "@/lib/engine/failure/settle-with-evidence";
import { type LeasedStep, settle } from "@/lib/engine/lease";
import { plannedOf, targetOf } from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { Sighting } from "@/lib/pipeline/promotion/input";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";
import { digestBack, ordersLive, wayBack } from "@/lib/pipeline/rollout/way-back";

/** Looks at what a target really runs, on the way there and on the way back. */
export async function runObserve(engine: Engine, step: LeasedStep): Promise<void> {
  const service = step.payload.service ?? "";
  const back = step.kind === "observeRevert";
  await failpoint(back ? "observeRevert:taken" : "observe:taken");
  const state = await loadPromotion(engine.pool, step.project, step.promotion);
  const rollout = state && "rollouts" in state ? state.rollouts.find((one) => one.service === service) : undefined;
  if (!state || (rollout?.phase !== "accepted" && rollout?.phase !== "revertAccepted")) {
    await settle(engine, step, () => undefined);
    return;
  }
  const planned = plannedOf(state, service);
  const digest = back ? digestBack(planned, rollout.steps) : planned.to.digest;
  const expected = await expectedDigest(engine, state.project, planned, digest ?? planned.to.digest);
  const outcome = await attemptCall(engine, step, rollout.deadlineAt, async (signal) => {
    const target = await targetOf(engine, state, planned);
    return target.observe(planned.target, signal);
  });
  if (outcome.kind === "putOff") return;
  await failpoint(back ? "observeRevert:looked" : "observe:looked");
  // Where nothing live was touched there is no order of ours to be seen.
  const ordered = !back || ordersLive(wayBack(planned, rollout.steps));
  const forMs = Date.parse(engine.now()) - Date.parse(rollout.acceptedAt);
  const told = { generation: ordered ? rollout.generation : undefined, forMs };
  const sighting: Sighting =
    outcome.kind === "trouble"
      ? { kind: "trouble", trouble: outcome.trouble }
      : judgeObservation(outcome.value, expected, told);
  await settleWithEvidence(engine, step, state, { kind: back ? "revertSighted" : "sighted", service, sighting });
  await failpoint(back ? "observeRevert:settled" : "observe:settled");
}
