import type { StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { misconfiguredTarget } from "@/lib/engine/steps/write-target";
import { factsOf } from "@/lib/pipeline/rollout/step";
import type { BlueGreenTarget, Colour, ColourOrder } from "@/lib/ports/blue-green-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** The target's two colours. Throws ExternalError `misconfigured` where this kind of target has none. */
export function coloursOf(target: DeployTarget, connection: string): BlueGreenTarget {
  if (target.blueGreen) return target.blueGreen;
  throw misconfiguredTarget(connection, "this kind of target knows no blue-green: use rolling or recreate");
}

/** Which colour the rollout found live, and which it makes ready, once it has looked. */
export function turnOf(steps: Parameters<typeof factsOf>[0]): { from: Colour; to: Colour } | undefined {
  const { from, to } = factsOf(steps);
  return isColour(from) && isColour(to) ? { from, to } : undefined;
}

function isColour(text: string | undefined): text is Colour {
  return text === "blue" || text === "green";
}

/** What the new colour is to run. */
export function orderOf({ state, planned, rollout }: StepContext): ColourOrder {
  return {
    image: planned.image,
    digest: planned.to.digest,
    promotion: state.id,
    generation: rollout.generation,
    deadlineSeconds: Math.ceil(planned.strategy.deadlineMs / 1000),
  };
}

/** Looks and writes as often as it takes to win against writers that do not concern us: an autoscaler, a label. */
export async function againstRaces<T>(round: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await round();
    } catch (error) {
      const lostRace = error instanceof ExternalError && error.code === "conflict" && error.retryable;
      if (!lostRace || count === 3) throw error;
    }
  }
}
