import { delegatedOf } from "@/lib/engine/steps/rollout/delegated-ground";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { changeFor, foreignChange, writeTarget } from "@/lib/engine/steps/write-target";
import { InvariantViolation } from "@/lib/pipeline/errors";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { shortDigest } from "@/lib/pipeline/release/digest";
import { type DelegatedStanding, standingProblem } from "@/lib/pipeline/rollout/delegated-standing";

/** The controller's object takes the digest, unless something is under way there already, or nothing would watch it. */
export async function setDigest(context: StepContext): Promise<StepFinding> {
  const { state, planned, rollout, step, target, signal } = context;
  const { strategy } = planned;
  if (strategy.kind !== "delegated") throw new InvariantViolation(`${planned.service} is not delegated`);
  const delegated = delegatedOf(target, planned.target.connection);
  const standing = await delegated.look(planned.target, signal);
  const isOurs = standing.digest === planned.to.digest && standing.promotion === state.id;
  if (step.status === "accepted") {
    if (!isOurs) return refused(changedWords(standing));
    const words = `${standing.what} asks for ${shortDigest(planned.to.digest)}`;
    return { kind: "done", words, targetGeneration: standing.targetGeneration };
  }
  const isRollback = state.plan.kind === "rollback";
  const { withoutAnalysis } = strategy;
  const problem = isOurs ? undefined : standingProblem(standing, { withoutAnalysis, isRollback });
  if (problem !== undefined) return refused(problem);
  // Noted before the order: by it, following tells whether the controller has taken the order up.
  if (standing.applied !== undefined && step.facts.appliedBefore === undefined) {
    const facts = { appliedBefore: standing.applied };
    return { kind: "progressing", words: `${standing.what} is ready for it`, facts, againMs: 0 };
  }
  const change = changeFor(state, planned, planned.to.digest, rollout.generation);
  const written = await writeTarget({
    plan: () => target.plan(planned.target, change, signal),
    allowed: (live) => foreignChange(live, [planned.to.digest, planned.from?.digest]),
    apply: async (live) => {
      await context.looked();
      return target.apply(planned.target, change, live, signal);
    },
  });
  if (written.kind === "foreign") return refused(written.reason);
  return { kind: "accepted", words: `${standing.what} took ${shortDigest(planned.to.digest)}` };
}

function changedWords({ what, digest }: DelegatedStanding): string {
  return `somebody else changed ${what}: its spec says ${digest === undefined ? "no digest" : shortDigest(digest)}`;
}
