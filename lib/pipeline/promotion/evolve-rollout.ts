import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { DelegatedWish, RolloutState } from "@/lib/pipeline/promotion/state";
import { pendingSteps, type StepState } from "@/lib/pipeline/rollout/step";

/** An entry that does not fit the state it meets: a chain that was not written by decide. */
export class BrokenHistory extends Error {
  constructor(entry: Entry, phase: string) {
    super(`${entry.kind} cannot follow ${phase} in ${entry.subject.promotion ?? "no promotion"}`);
    this.name = "BrokenHistory";
  }
}

/**
 * One service's rollout after an entry about it; any other entry leaves it. What an earlier phase said is kept where the
 * next one needs it, and its steps always. Throws BrokenHistory where the entry cannot follow.
 */
export function moveRollout(rollout: RolloutState, entry: Entry): RolloutState {
  const { service } = rollout;
  const { at } = entry;
  const kept = rollout.steps === undefined ? { service } : { service, steps: rollout.steps };
  switch (entry.kind) {
    case "rollout.requested": {
      const { attempt, generation, deadlineAt, steps } = entry.data;
      const order = { service, attempt, generation, requestedAt: at };
      if (steps) return { ...order, phase: "stepping", steps: pendingSteps(steps) };
      return { ...order, phase: "requested", deadlineAt };
    }
    case "rollout.stepRequested":
    case "rollout.stepAccepted":
    case "rollout.stepNoted":
    case "rollout.stepDone":
    case "rollout.stepSkipped":
    case "rollout.stepFailed":
      if (rollout.phase !== "stepping") throw new BrokenHistory(entry, rollout.phase);
      return { ...rollout, steps: rollout.steps.map((one) => moveStep(one, entry)) };
    case "rollout.paused":
      if (rollout.phase !== "stepping") throw new BrokenHistory(entry, rollout.phase);
      return { ...rollout, ...toldOf(rollout, "pause", at), paused: { by: entry.actor, at, why: entry.data.why } };
    case "rollout.resumed":
    case "rollout.analysisSkipped": {
      if (rollout.phase !== "stepping") throw new BrokenHistory(entry, rollout.phase);
      const { paused: _, ...going } = rollout;
      return { ...going, ...toldOf(rollout, resumeOf(entry.kind, rollout), at, entry.data.place) };
    }
    case "rollout.promotedFully": {
      if (rollout.phase !== "stepping") throw new BrokenHistory(entry, rollout.phase);
      const { paused: _, ...going } = rollout;
      return { ...going, ...toldOf(rollout, "promoteFully", at) };
    }
    case "rollout.accepted": {
      const { targetGeneration, deadlineAt } = entry.data;
      if (rollout.phase === "stepping" && deadlineAt !== undefined) {
        return { ...rollout, phase: "accepted", acceptedAt: at, targetGeneration, deadlineAt };
      }
      if (rollout.phase !== "requested") throw new BrokenHistory(entry, rollout.phase);
      return { ...rollout, phase: "accepted", acceptedAt: at, targetGeneration };
    }
    case "rollout.observed": {
      if (rollout.phase !== "accepted") throw new BrokenHistory(entry, rollout.phase);
      const { generation, requestedAt, acceptedAt } = rollout;
      const { ready, desired, runs } = entry.data;
      return { ...kept, phase: "observed", generation, requestedAt, acceptedAt, observedAt: at, ready, desired, runs };
    }
    case "rollout.failed":
      return { ...kept, phase: "failed", touched: entry.data.touched, reason: entry.data.reason, at };
    case "revert.requested": {
      const { attempt, generation, deadlineAt } = entry.data;
      return { ...kept, phase: "revertRequested", attempt, generation, requestedAt: at, deadlineAt };
    }
    case "revert.accepted": {
      if (rollout.phase !== "revertRequested") throw new BrokenHistory(entry, rollout.phase);
      const { attempt, generation, deadlineAt } = rollout;
      const { targetGeneration } = entry.data;
      return { ...kept, phase: "revertAccepted", attempt, generation, acceptedAt: at, targetGeneration, deadlineAt };
    }
    case "revert.observed":
      return { ...kept, phase: "reverted", at, runs: entry.data.runs };
    default:
      return rollout;
  }
}

/** What there is to be ended, as whoever said so saw it. */
function resumeOf(kind: Entry["kind"], { paused, steps }: RolloutState & { phase: "stepping" }): DelegatedWish {
  if (kind === "rollout.analysisSkipped") return "skipAnalysis";
  const byHand = steps.some(({ facts }) => facts.pausedBy === "hand");
  return paused !== undefined || byHand ? "resume" : "goPast";
}

/** Only a controller that owns the workload has to be told; other steps ask whether they are paused. */
function toldOf({ steps }: RolloutState & { phase: "stepping" }, order: DelegatedWish, at: string, place?: string) {
  if (!steps.some(({ step }) => step.kind === "follow")) return {};
  return { told: { order, at, ...(place === undefined ? {} : { place }) } };
}

type StepEntry = Entry & { kind: `rollout.step${string}` };

function moveStep(step: StepState, entry: StepEntry): StepState {
  if (step.step.id !== entry.data.step) return step;
  const since = entry.at;
  switch (entry.kind) {
    case "rollout.stepRequested": {
      const { attempt, deadlineAt } = entry.data;
      return { ...step, status: "requested", attempt, requestedAt: since, since, deadlineAt };
    }
    case "rollout.stepNoted": {
      const { words, facts, deadlineAt = step.deadlineAt } = entry.data;
      return { ...step, ...checksOf(entry), words, deadlineAt, facts: { ...step.facts, ...facts } };
    }
    case "rollout.stepAccepted":
    case "rollout.stepDone":
    case "rollout.stepSkipped": {
      const { words, facts } = entry.data;
      const moved = { status: settled[entry.kind], since, words, facts: { ...step.facts, ...facts } };
      return { ...step, ...checksOf(entry), ...moved };
    }
    case "rollout.stepFailed":
      return { ...step, ...checksOf(entry), status: "failed", since, words: entry.data.reason };
    default:
      return entry satisfies never;
  }
}

function checksOf({ data }: StepEntry): Pick<StepState, "checks"> {
  return "checks" in data && data.checks !== undefined ? { checks: data.checks } : {};
}

const settled = {
  "rollout.stepAccepted": "accepted",
  "rollout.stepDone": "done",
  "rollout.stepSkipped": "skipped",
} as const;
