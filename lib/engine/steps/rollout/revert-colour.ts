import { againstRaces, coloursOf, turnOf } from "@/lib/engine/steps/rollout/colours";
import { changeFor, foreignChange, type WrittenTarget, writeTarget } from "@/lib/engine/steps/write-target";
import type { PlannedService, RollbackTarget } from "@/lib/pipeline/plan/plan";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { StepState } from "@/lib/pipeline/rollout/step";
import type { BlueGreenTarget, ColourStanding } from "@/lib/ports/blue-green-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";

export interface ColourRevert {
  state: PromotionState;
  planned: PlannedService;
  rollback: RollbackTarget;
  steps: StepState[];
  /** Of this order back. */
  generation: number;
  target: DeployTarget;
  signal: AbortSignal;
  planning(): Promise<void>;
}

/**
 * The live Service selects the old colour again: one call. It is given even where the way there seems not to have come
 * that far, so that a call that is still under way meets another version and is refused.
 */
export async function revertColour(revert: ColourRevert): Promise<WrittenTarget> {
  const { planned, rollback, state, generation, target, signal, steps } = revert;
  const turn = turnOf(steps);
  if (!turn) return { kind: "foreign", reason: "nobody said which colour was live before" };
  const colours = coloursOf(target, planned.target.connection);
  const written = await againstRaces(() => selectBack(revert, colours, turn));
  if (written.kind === "foreign") return written;
  const standing = await colours.look(planned.target, signal);
  if (standing.colours[turn.from]?.digest === rollback.digest) return written;
  // The old colour runs what was never verified: traffic is off the new one at once, and the verified digest follows.
  const change = changeFor(state, planned, rollback.digest, generation);
  return writeTarget({
    plan: () => target.plan(planned.target, change, signal),
    allowed: (live) => foreignChange(live, [planned.from?.digest, rollback.digest]),
    apply: (live) => target.revert(planned.target, change, live, signal),
  });
}

async function selectBack(
  { state, planned, rollback, generation, signal, planning }: ColourRevert,
  colours: BlueGreenTarget,
  { from, to }: NonNullable<ReturnType<typeof turnOf>>,
): Promise<WrittenTarget> {
  const standing = await colours.look(planned.target, signal);
  const old = standing.colours[from];
  const isBack = standing.live === from && standing.promotion === state.id && standing.generation === generation;
  if (isBack) return { kind: "written", targetGeneration: generation, written: true };
  if (standing.live === to && standing.promotion !== state.id) return foreign(standing, "somebody else switched it");
  if (!old || old.replicas === 0) return foreign(standing, `${from} has no pods any more: it cannot take the traffic`);
  const known = [planned.from?.digest, rollback.digest];
  if (old.digest !== undefined && !known.includes(old.digest)) {
    return foreign(standing, `${from} was changed by hand since: this plan does not know what it runs`);
  }
  await planning();
  const order = { to: from, promotion: state.id, generation };
  const { targetGeneration } = await colours.select(planned.target, order, standing, signal);
  return { kind: "written", targetGeneration, written: true };
}

function foreign({ service, live }: ColourStanding, why: string): WrittenTarget {
  return { kind: "foreign", reason: `${service} selects ${live}: ${why}` };
}
