import type { Engine } from "@/lib/engine/engine";
import { expectedDigest } from "@/lib/engine/expected-digest";
import { failpoint } from "@/lib/engine/failpoint";
import { type LeasedStep, settle } from "@/lib/engine/lease";
import { plannedOf, targetOf } from "@/lib/engine/steps/write-target";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { SmokeTest } from "@/lib/pipeline/policy/verification";
import type { CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";
import { judgeCheck, type Look } from "@/lib/pipeline/verification/judge-check";
import { judgeDigest } from "@/lib/pipeline/verification/judge-digest";
import { checkAddress } from "@/lib/pipeline/verification/start";
import { ExternalError } from "@/lib/ports/external-error";

type Verifying = PromotionState & { phase: "verifying" };

/** Makes every check of a verification once, all at the same time, and records where they stand. */
export async function runVerify(engine: Engine, step: LeasedStep): Promise<void> {
  await failpoint("verify:taken");
  const state = await loadPromotion(engine.pool, step.project, step.promotion);
  if (state?.phase !== "verifying" || state.passedAt) {
    await settle(engine, step, () => undefined);
    return;
  }
  const checks = await Promise.all(state.checks.map((check) => look(engine, state, check)));
  await failpoint("verify:looked");
  await settle(engine, step, () => ({ kind: "checked", checks }));
  await failpoint("verify:settled");
}

function look(engine: Engine, state: Verifying, check: CheckState): Promise<CheckState> {
  return check.kind === "digest" ? lookAtDigest(engine, state, check) : lookAtEndpoint(engine, state, check);
}

async function lookAtDigest(engine: Engine, state: Verifying, check: CheckState): Promise<CheckState> {
  const planned = plannedOf(state, check.service);
  const rollout = state.rollouts.find((one) => one.service === check.service);
  const forMs = rollout?.phase === "observed" ? Date.parse(engine.now()) - Date.parse(rollout.acceptedAt) : 0;
  const told = { generation: rollout?.phase === "observed" ? rollout.generation : -1, forMs };
  try {
    const target = await targetOf(engine, state, planned);
    const seen = await target.observe(planned.target, AbortSignal.timeout(engine.callMs));
    const expected = await expectedDigest(engine, state.project, planned, planned.to.digest);
    return judgeDigest(check, judgeObservation(seen, expected, told), engine.now());
  } catch (error) {
    return judgeDigest(check, silence(error), engine.now());
  }
}

async function lookAtEndpoint(engine: Engine, state: Verifying, check: CheckState): Promise<CheckState> {
  const planned = plannedOf(state, check.service);
  const expected = expectedOf(state, check);
  if (!expected) return { ...check, status: "unknown", found: "the plan has no such check" };
  const url = checkAddress(state.plan, planned, expected.url);
  let found: Look;
  try {
    const answer = await engine.world.probe.get(url, AbortSignal.timeout(engine.callMs));
    found = { kind: "answered", status: answer.status, body: answer.body };
  } catch (error) {
    found = silence(error);
  }
  return judgeCheck(check, expected, found, engine.now());
}

/** `backend:health:1` is the second health check of the plan, made for the service backend. */
function expectedOf(state: Verifying, check: CheckState): SmokeTest | undefined {
  const index = Number(check.id.split(":").at(-1));
  return check.kind === "health" ? state.plan.verification.health[index] : state.plan.verification.smoke[index];
}

function silence(error: unknown): Look & { kind: "silent" } {
  if (!(error instanceof ExternalError)) throw error;
  return { kind: "silent", message: error.message };
}
