import { againstRaces, coloursOf, orderOf } from "@/lib/engine/steps/rollout/colours";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { shortDigest } from "@/lib/pipeline/release/digest";
import type { ColourStanding } from "@/lib/ports/blue-green-target";

/** Makes the colour that takes no traffic ready: as the live one, with the new digest. The live one is not touched. */
export async function prepareColour(context: StepContext): Promise<StepFinding> {
  const { planned, state, target, signal, step } = context;
  const colours = coloursOf(target, planned.target.connection);
  return againstRaces(async () => {
    const standing = await colours.look(planned.target, signal);
    const foreign = foreignColour(context, standing);
    if (foreign !== undefined) return refused(foreign);
    const { live, idle } = standing;
    const facts = { from: live, to: idle, service: standing.service };
    if (step.status === "accepted") {
      const made = standing.colours[idle];
      const isOurs = made?.digest === planned.to.digest && made.promotion === state.id;
      if (isOurs)
        return {
          kind: "done",
          words: `${made.name} is ${idle}, asked for ${made.replicas} ${made.replicas === 1 ? "pod" : "pods"}`,
          facts,
        };
      return refused(`somebody else changed ${idle} while it was made ready`);
    }
    await context.looked();
    const { written } = await colours.prepare(planned.target, orderOf(context), standing, signal);
    const digest = shortDigest(planned.to.digest);
    const words = written ? `${idle} is made with ${digest}; ${live} is live` : `${idle} stands there with ${digest}`;
    return { kind: "accepted", words, facts };
  });
}

/** Why the colours are not as the plan knows them: somebody else deployed or switched since. */
function foreignColour({ planned, state, step }: StepContext, standing: ColourStanding): string | undefined {
  const live = standing.colours[standing.live];
  if (step.facts.from !== undefined && step.facts.from !== standing.live) {
    return `${standing.service} selects ${standing.live}, no longer ${step.facts.from}: somebody else switched it`;
  }
  if (standing.promotion === state.id) return `${standing.service} selects ${standing.live} already, before its turn`;
  const known = [planned.from?.digest, planned.rollback?.digest, planned.to.digest];
  if (live?.digest === undefined || known.includes(live.digest)) return undefined;
  return `${standing.live} was changed meanwhile: its spec says ${shortDigest(live.digest)}, which this plan does not know`;
}
