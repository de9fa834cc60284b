import { standingChanged } from "@/lib/pipeline/promotion/decide-verifying";
import { type Decision, decision, effect, entryFor, later, refuse, worker } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { failRollout } from "@/lib/pipeline/promotion/fail-rollout";
import type { PromotionInput, Rejection, StepFinding } from "@/lib/pipeline/promotion/input";
import type { CheckState, PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { currentStep, type StepState } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";

type RollingOut = PromotionState & { phase: "rollingOut" };
type Stepping = RolloutState & { phase: "stepping" };
type Found = PromotionInput & { kind: "stepFound" };

/** A step that is not so yet is looked at this often, unless it says otherwise; a change that was seen wakes it sooner. */
const lookAgainMs = 1_000;

/** The intent to do a step: the first one begins the rollout, each later one begins when the one before is over. */
export function intendStep(
  state: RollingOut,
  input: PromotionInput & { kind: "intendStep" },
  now: string,
): Decision | Rejection {
  const { service, step: id, attempt, generation } = input;
  const write = entryFor(state, now, worker);
  const next = state.rollouts.find((one) => one.phase !== "observed");
  const planned = state.plan.services.find((one) => one.service === service);
  if (!planned || next?.service !== service) return outOfOrder(state, input);
  if (next.phase === "stepping") {
    const current = currentStep(next.steps);
    if (current?.step.id !== id || current.status !== "pending") return outOfOrder(state, input);
    if (!mayBegin(next, current)) return refuse("outOfOrder", `${state.id} is paused before ${id}`);
    const deadlineAt = later(now, current.step.deadlineMs);
    return decision([write({ kind: "rollout.stepRequested", data: { service, step: id, attempt, deadlineAt } })]);
  }
  const steps = stepsOf(state.plan, planned);
  const [first] = steps;
  if (next.phase !== "pending" || first?.id !== id) return outOfOrder(state, input);
  const deadlineAt = later(now, first.deadlineMs);
  const { digest } = planned.to;
  const order = { service, digest, planHash: state.planHash, attempt, generation, deadlineAt, steps };
  return decision([
    write({ kind: "rollout.requested", data: order }),
    write({ kind: "rollout.stepRequested", data: { service, step: id, attempt, deadlineAt } }),
  ]);
}

/** What a step's look or order found, and what follows: look again, the next step, or the way back. */
export function stepFound(state: RollingOut, input: Found, now: string): Decision | Rejection {
  const rollout = state.rollouts.find((one) => one.service === input.service);
  if (rollout?.phase !== "stepping") return outOfOrder(state, input);
  const current = currentStep(rollout.steps);
  const underWay = current?.status === "requested" || current?.status === "accepted";
  if (!current || !underWay || current.step.id !== input.step || current.attempt !== input.attempt) {
    return outOfOrder(state, input);
  }
  const { finding } = input;
  const { service, step, attempt } = input;
  const write = entryFor(state, now, worker);
  const data = (words: string, facts: Record<string, string> = {}, checks?: CheckState[]) => ({
    ...{ service, step, attempt, words, facts },
    ...(checks === undefined ? {} : { checks }),
  });
  const again = (afterMs: number) =>
    effect(state.id, later(now, afterMs), { kind: "rolloutStep", service, step, attempt });
  switch (finding.kind) {
    case "accepted":
      if (current.status === "accepted") return outOfOrder(state, input);
      return decision([write({ kind: "rollout.stepAccepted", data: data(finding.words, finding.facts) })], [again(0)]);
    case "progressing": {
      const { words, facts, checks } = finding;
      const isNews = Object.entries(facts ?? {}).some(([name, value]) => current.facts[name] !== value);
      const isRenewed = isNews && finding.renews === true;
      const isOver = current.deadlineAt !== null && now >= current.deadlineAt;
      if (isOver && !finding.waits && !isRenewed) return outOfTime(state, input, finding, now);
      const moved = checks !== undefined && standingChanged(current.checks ?? [], checks);
      const renewed = isRenewed ? { deadlineAt: later(now, current.step.deadlineMs) } : {};
      const noted =
        isNews || moved
          ? [write({ kind: "rollout.stepNoted", data: { ...data(words, facts, checks), ...renewed } })]
          : [];
      return decision(noted, [again(finding.againMs ?? lookAgainMs)]);
    }
    case "done":
      if (rollout.paused && current.step.kind === "analyse") {
        // The pause came after its last look: it is watched on, like any share that is held.
        const noted = data(finding.words, finding.facts, finding.checks);
        return decision([write({ kind: "rollout.stepNoted", data: noted })], [again(lookAgainMs)]);
      }
      return goOn(state, rollout, finding.targetGeneration, now, [
        write({ kind: "rollout.stepDone", data: data(finding.words, finding.facts, finding.checks) }),
      ]);
    case "skipped":
      return goOn(state, rollout, undefined, now, [
        write({ kind: "rollout.stepSkipped", data: data(finding.words, finding.facts) }),
      ]);
    case "trouble":
      return failStep(state, input, finding, now);
    default:
      return finding satisfies never;
  }
}

function outOfOrder(state: RollingOut, input: { kind: string; service: string; step: string }): Rejection {
  return refuse("outOfOrder", `${input.kind} ${input.step} of ${input.service} does not fit where ${state.id} stands`);
}

/** Paused, nothing new begins but the watch over what is so already. */
function mayBegin({ paused }: Stepping, { step }: StepState): boolean {
  return paused === undefined || step.kind === "analyse" || step.kind === "follow";
}

/** After a step: the next one, or, after the last, a look at what the target runs by now. */
export function goOn(
  state: RollingOut,
  rollout: Stepping,
  targetGeneration: number | undefined,
  now: string,
  entries: Entry[],
): Decision {
  const { service, attempt } = rollout;
  const over = currentStep(rollout.steps);
  const next = rollout.steps.find((one) => one.status === "pending" && one !== over);
  if (next && !mayBegin(rollout, next)) return decision(entries);
  if (next) {
    return decision(entries, [effect(state.id, now, { kind: "rolloutStep", service, step: next.step.id, attempt: 1 })]);
  }
  const planned = state.plan.services.find((one) => one.service === service);
  const deadlineAt = later(now, planned?.strategy.deadlineMs ?? 0);
  const written = targetGeneration !== undefined;
  const data = { service, targetGeneration: targetGeneration ?? 0, written, deadlineAt };
  return decision(
    [...entries, entryFor(state, now, worker)({ kind: "rollout.accepted", data })],
    [effect(state.id, now, { kind: "observe", service, attempt })],
  );
}

function outOfTime(
  state: RollingOut,
  input: Found,
  { words, unknown, checks }: StepFinding & { kind: "progressing" },
  now: string,
): Decision {
  const kind = unknown ? ("errored" as const) : ("failed" as const);
  const trouble = { kind, reason: `${words} when the time of the step ${input.step} was over`, evidence: [] };
  return failStep(state, input, { kind: "trouble", trouble, touched: false, checks }, now);
}

function failStep(
  state: RollingOut,
  input: Found,
  { trouble, touched, checks }: StepFinding & { kind: "trouble" },
  now: string,
): Decision {
  const { service, step, attempt } = input;
  const rollout = state.rollouts.find((one) => one.service === service);
  const reason = trouble.reason;
  const data = { service, step, attempt, reason, ...(checks === undefined ? {} : { checks }) };
  const before = [entryFor(state, now, worker)({ kind: "rollout.stepFailed", data })];
  return failRollout(state, { service, touched: touched || hasOrdered(rollout?.steps ?? []), trouble, before }, now);
}

/** True where a step gave an order that the target took. */
function hasOrdered(steps: readonly StepState[]): boolean {
  return steps.some((one) => one.status === "accepted" || one.status === "done");
}
