import { goOn } from "@/lib/pipeline/promotion/decide-step";
import { type Decision, decision, effect, entryFor, refuse } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { currentStep, isSettled, type StepState } from "@/lib/pipeline/rollout/step";

type Stepping = RolloutState & { phase: "stepping" };
type Steering = PromotionInput & { kind: "pauseRollout" | "resumeRollout" | "skipStep" | "promoteFully" };

/** What a person may say to a canary, or to a controller that owns the workload, beside stopping it. */
export type Steer = "pause" | "resume" | "skip" | "promoteFully";

const beforePromotion: readonly StepState["step"]["kind"][] = ["startCanary", "weight", "analyse"];

/**
 * Why a person cannot say this to the rollout as it stands; undefined where they can. The page's buttons, the API and the
 * decision ask this one.
 */
export function whyNotSteer(rollout: RolloutState | undefined, steer: Steer): string | undefined {
  const steps = rollout?.phase === "stepping" ? rollout.steps : undefined;
  const current = steps && currentStep(steps);
  if (rollout?.phase !== "stepping" || !current || !steps) return "it is not between the steps of a canary";
  if (steps.some(({ step }) => step.kind === "follow")) return whyNotSteerDelegated(rollout, current, steer);
  if (!steps.some(({ step }) => step.kind === "weight")) return "its strategy is not a canary";
  // A pause may meet what has just passed: then the next step waits, whichever it is.
  const isHeld = rollout.paused !== undefined && current.status === "pending";
  if (!isHeld && !beforePromotion.includes(current.step.kind)) return "the stable workload takes the digest already";
  switch (steer) {
    case "pause":
      return rollout.paused === undefined ? undefined : "it is paused already";
    case "resume":
      return rollout.paused === undefined ? "it is not paused" : undefined;
    case "skip":
      if (current.step.kind === "analyse" && current.status !== "pending") return undefined;
      return "no analysis is under way: only an analysis can be skipped";
    case "promoteFully":
      if (current.step.kind === "startCanary") return "the canary is not up yet";
      if (current.step.kind === "analyse" || current.status === "pending") return undefined;
      return "a share of the requests is being set at this moment: ask again when it stands";
    default:
      return steer satisfies never;
  }
}

/** The controller's own steps are its own: it is paused, let go on, or told to leave them all out. */
function whyNotSteerDelegated({ paused, told }: Stepping, current: StepState, steer: Steer): string | undefined {
  if (current.step.kind !== "follow" || current.status === "pending" || current.facts.seen !== "yes") {
    return "the controller has not taken up the order yet";
  }
  const isFull = told?.order === "promoteFully" || current.step.fully;
  const { pausedBy = "" } = current.facts;
  switch (steer) {
    case "pause":
      if (isFull) return "the controller was told to skip its steps";
      return paused === undefined && pausedBy !== "hand" ? undefined : "it is paused already";
    case "resume":
      if (paused !== undefined) return undefined;
      if (pausedBy === "inconclusive") return "its analysis was inconclusive: to go past it is to skip it";
      if (pausedBy === "gate") return "it waits at a gate of the controller's own, which opens from outside";
      return pausedBy === "" ? "it is not paused" : undefined;
    case "skip":
      if (pausedBy === "inconclusive") return undefined;
      return "the steps are the controller's own: resume goes past a pause, promote-fully past all that are left";
    case "promoteFully":
      return isFull ? "the controller was told so already" : undefined;
    default:
      return steer satisfies never;
  }
}

const steers = {
  pauseRollout: "pause",
  resumeRollout: "resume",
  skipStep: "skip",
  promoteFully: "promoteFully",
} as const satisfies Record<Steering["kind"], Steer>;

/** A person holds a canary between its steps, lets it go on, or lets it go on without an analysis; each is recorded. */
export function steerRollout(
  state: PromotionState & { phase: "rollingOut" },
  input: Steering,
  now: string,
): Decision | Rejection {
  const { service, why, by } = input;
  const rollout = state.rollouts.find((one) => one.service === service);
  const trouble = whyNotSteer(rollout, steers[input.kind]);
  const current = rollout?.phase === "stepping" ? currentStep(rollout.steps) : undefined;
  if (current && input.step !== undefined && input.step !== standsAt(current)) {
    const message = `${service} of ${state.id} stands at ${standsAt(current)} by now, no longer at ${input.step}: look again`;
    return refuse("outOfOrder", message);
  }
  if (trouble !== undefined || rollout?.phase !== "stepping" || !current) {
    return refuse("outOfOrder", `${service} of ${state.id}: ${trouble ?? "it has no step"}`);
  }
  const write = entryFor(state, now, by);
  const step = current.step.id;
  switch (input.kind) {
    case "pauseRollout":
      return decision(
        [write({ kind: "rollout.paused", data: { service, step, why } })],
        current.step.kind === "follow" ? [lookNow(state, service, current, now)] : [],
      );
    case "resumeRollout":
      return decision(
        [write({ kind: "rollout.resumed", data: { service, step, why, ...placeOf(current) } })],
        [lookNow(state, service, current, now)],
      );
    case "skipStep":
      if (current.step.kind === "follow") {
        const entry = write({ kind: "rollout.analysisSkipped", data: { service, step, why, ...placeOf(current) } });
        return decision([entry], [lookNow(state, service, current, now)]);
      }
      return skipNow(state, rollout, input, now);
    case "promoteFully":
      if (current.step.kind !== "follow") return promoteNow(state, rollout, input, now);
      return decision(
        [write({ kind: "rollout.promotedFully", data: { service, step, why } })],
        [lookNow(state, service, current, now)],
      );
    default:
      return input.kind satisfies never;
  }
}

/** Where a rollout stands, as a person means it who ends a step or a pause: `analyse:25`; of a controller its own step too. */
export function standsAt(current: StepState): string {
  const { place } = placeOf(current);
  return place === undefined || place === "" ? current.step.id : `${current.step.id}:${place}`;
}

/** Where the controller stood when it was looked at last; of a step of Waybill's own there is no such place. */
function placeOf({ step, facts }: StepState): { place?: string } {
  return step.kind === "follow" && facts.at !== undefined ? { place: facts.at } : {};
}

/** The step under way, or the one that was held, is due now. */
function lookNow(state: PromotionState, service: string, { step, attempt }: StepState, now: string) {
  const again = { kind: "rolloutStep" as const, service, step: step.id, attempt: Math.max(1, attempt) };
  return effect(state.id, now, again);
}

function skipped(
  state: PromotionState,
  { service, why, by }: Steering,
  { step, attempt }: StepState,
  now: string,
): Entry {
  const data = { service, step: step.id, attempt, words: why, facts: {} };
  return entryFor(state, now, by)({ kind: "rollout.stepSkipped", data });
}

/** The next share follows now: a pause ends with the analysis, for nobody would watch what it holds. */
function skipNow(
  state: PromotionState & { phase: "rollingOut" },
  rollout: Stepping,
  input: Steering,
  now: string,
): Decision | Rejection {
  const current = currentStep(rollout.steps);
  if (!current) return refuse("outOfOrder", `${input.service} of ${state.id} has no such step`);
  const { paused: _, ...going } = rollout;
  const resumed = resumedBy(state, rollout, input, current.step.id, now);
  return goOn(state, going, undefined, now, [...resumed, skipped(state, input, current, now)]);
}

function resumedBy(state: PromotionState, { paused }: Stepping, input: Steering, step: string, now: string): Entry[] {
  const { service, why, by } = input;
  return paused ? [entryFor(state, now, by)({ kind: "rollout.resumed", data: { service, step, why } })] : [];
}

/** Every share that is left is skipped, and the stable workload takes the digest now. */
function promoteNow(
  state: PromotionState & { phase: "rollingOut" },
  rollout: Stepping,
  input: Steering,
  now: string,
): Decision | Rejection {
  const { service } = input;
  const left = rollout.steps.filter(
    (one) => !isSettled(one) && (one.step.kind === "weight" || one.step.kind === "analyse"),
  );
  const promote = rollout.steps.find(({ step }) => step.kind === "promoteStable");
  if (!promote) return refuse("outOfOrder", `${service} of ${state.id} has no such step`);
  const resumed = resumedBy(state, rollout, input, promote.step.id, now);
  return decision(
    [...resumed, ...left.map((one) => skipped(state, input, one, now))],
    [effect(state.id, now, { kind: "rolloutStep", service, step: promote.step.id, attempt: 1 })],
  );
}
