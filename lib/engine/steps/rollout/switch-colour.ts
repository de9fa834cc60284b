import { againstRaces, coloursOf, turnOf } from "@/lib/engine/steps/rollout/colours";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { StepFinding } from "@/lib/pipeline/promotion/input";

/** The live Service selects the new colour: one order, given only while everything is as it was found at the start. */
export async function switchColour(context: StepContext): Promise<StepFinding> {
  const { planned, state, rollout, target, signal } = context;
  const turn = turnOf(rollout.steps);
  if (!turn) return refused("nobody said which colour is made ready");
  const { from, to } = turn;
  const colours = coloursOf(target, planned.target.connection);
  return againstRaces(async () => {
    const standing = await colours.look(planned.target, signal);
    const { service, live } = standing;
    const isOurs = standing.promotion === state.id && standing.generation === rollout.generation;
    const made = standing.colours[to];
    if (live === to && isOurs) {
      if (context.step.status === "requested")
        return { kind: "accepted", words: `${service} was told to select ${to}` };
      return { kind: "done", words: `${service} selects ${to}`, targetGeneration: made?.targetGeneration };
    }
    if (live !== from || isOurs) return refused(`${service} selects ${live}: somebody else changed it meanwhile`);
    if (context.step.status === "accepted")
      return refused(`${service} selects ${live} again: somebody else switched it`);
    if (made?.digest !== planned.to.digest || made.promotion !== state.id) {
      return refused(`${to} was changed by somebody else before the switch`);
    }
    await context.looked();
    const { generation } = rollout;
    await colours.select(planned.target, { to, promotion: state.id, generation }, standing, signal);
    return { kind: "accepted", words: `${service} took the order to select ${to}` };
  });
}
