import { againstRaces } from "@/lib/engine/steps/rollout/colours";
import { delegatedOf, keepDelegatedSeen } from "@/lib/engine/steps/rollout/delegated-ground";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import type { DelegatedWish } from "@/lib/pipeline/promotion/state";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import { analysisEvidence, judgeDelegated, placeOf } from "@/lib/pipeline/rollout/judge-delegated";
import { factsOf } from "@/lib/pipeline/rollout/step";
import type { DelegatedTarget } from "@/lib/ports/delegated-target";

/** What the watch sees wakes it sooner; the numbers of an analysis move without the Rollout. */
const againMs = 2_000;
const confirmMs = 1_000;

/**
 * Follows the controller from its first step to the moment when it says that everything was moved, and hands on what a
 * person said meanwhile: each once, so that what somebody else changes after it stays.
 */
export async function followController(context: StepContext): Promise<StepFinding> {
  const { planned, state, target, signal } = context;
  const delegated = delegatedOf(target, planned.target.connection);
  const standing = taken(context, await delegated.look(planned.target, signal));
  await keepDelegatedSeen(context, standing);
  const sighting = judgeDelegated(standing, { digest: planned.to.digest, promotion: state.id });
  const { words, facts } = sighting;
  if (sighting.kind === "foreign") return refused(words);
  const isTaken = context.step.status === "requested" && standing.caughtUp && sighting.kind !== "failed";
  if (isTaken) return { kind: "accepted", words, facts };
  const wish = openWish(context, standing);
  if (wish) return handOn(context, delegated, wish, standing);
  switch (sighting.kind) {
    case "promoted":
      await tidyUp(context, delegated);
      return { kind: "done", words, facts, targetGeneration: standing.targetGeneration };
    case "failed": {
      // One without a generation may still say what it said of the order before, for the moment that it takes it up.
      if (standing.applied !== undefined && context.step.facts.phase !== "degraded")
        return { kind: "progressing", words, facts, renews: true, againMs: confirmMs };
      const trouble = { kind: "failed" as const, reason: words, evidence: analysisEvidence(standing) };
      return { kind: "trouble", touched: true, trouble };
    }
    case "waiting":
      return { kind: "progressing", words, facts: { ...facts, waits: "yes" }, waits: true, renews: true, againMs };
    case "moving":
      return {
        kind: "progressing",
        words,
        facts: { ...facts, waits: "" },
        renews: true,
        unknown: sighting.unknown,
        againMs,
      };
    default:
      return sighting satisfies never;
  }
}

/** Whether the controller has taken up this order, where it does not say so by a generation. */
function taken({ rollout }: StepContext, standing: DelegatedStanding): DelegatedStanding {
  if (standing.applied === undefined) return standing;
  const before = factsOf(rollout.steps).appliedBefore;
  return { ...standing, caughtUp: standing.isSettled || standing.applied !== before };
}

/** What people's orders left in the controller's object goes again: a pause that came too late, and skipped steps. */
async function tidyUp({ planned, state, rollout, step, signal }: StepContext, delegated: DelegatedTarget) {
  const by = { promotion: state.id, generation: rollout.generation };
  const tell = (command: "resume" | "tidyUp") =>
    againstRaces(() => delegated.tell(planned.target, { command, digest: planned.to.digest, by }, signal));
  if (step.facts.pausedByUs === "yes") await tell("resume");
  await tell("tidyUp");
}

interface Wish {
  order: DelegatedWish;
  /** Tells one from another. */
  id: string;
}

/** What the controller has not been told yet, once it has taken up the order at all. */
function openWish({ rollout, step }: StepContext, standing: DelegatedStanding): Wish | undefined {
  // Where it is through already, an order would hold or skip the next one.
  if (!standing.caughtUp || standing.isSettled || standing.isAborted || standing.phase === "degraded") return undefined;
  const { told } = rollout;
  // Nobody said so this time: whoever holds it by hand is not passed by.
  const isFull = step.step.kind === "follow" && step.step.fully && standing.pausedBy !== "hand";
  const wish = told ? { order: told.order, id: told.at } : isFull ? fullWish : undefined;
  if (!wish || step.facts.told === wish.id) return undefined;
  // Whoever said so saw one pause: the next one is not ended by it, however late this is handed on, or by whom.
  const endsOne = wish.order === "goPast" || wish.order === "skipAnalysis";
  return endsOne && told?.place !== placeOf(standing) ? undefined : wish;
}

const fullWish: Wish = { order: "promoteFully", id: "rollback" };

const toldWords: Record<DelegatedWish, string> = {
  pause: "the controller was told to pause",
  resume: "the controller was told to go on",
  goPast: "the controller was told to go past its pause",
  skipAnalysis: "the controller was told to go past its analysis",
  promoteFully: "the controller was told to skip the steps that are left",
};

async function handOn(
  context: StepContext,
  delegated: DelegatedTarget,
  wish: Wish,
  standing: DelegatedStanding,
): Promise<StepFinding> {
  const { planned, state, rollout, step, signal } = context;
  // Noted before the order: by it, the way back tells this pause from somebody else's, whatever happens in between.
  if (wish.order === "pause" && standing.pausedBy !== "hand" && step.facts.pausedByUs !== "yes") {
    const words = "the controller is about to be told to pause";
    return { kind: "progressing", words, facts: { pausedByUs: "yes" }, renews: true, againMs: 0 };
  }
  await context.looked();
  const by = { promotion: state.id, generation: rollout.generation };
  const order = { command: wish.order, digest: planned.to.digest, by };
  const outcome = await againstRaces(() => delegated.tell(planned.target, order, signal));
  if (outcome.kind === "drift") {
    return refused(`somebody else changed it: found ${outcome.found}, expected ${outcome.expected}`);
  }
  const facts = { told: wish.id, ...(wish.order === "pause" ? {} : { pausedByUs: "" }) };
  return { kind: "progressing", words: toldWords[wish.order], facts, renews: true, againMs: 0 };
}
