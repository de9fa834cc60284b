import {
  canaryGround,
  drifted,
  foreignPair,
  foreignStable,
  sightCanary,
} from "@/lib/engine/steps/rollout/canary-ground";
import { againstRaces } from "@/lib/engine/steps/rollout/colours";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { changeFor } from "@/lib/engine/steps/write-target";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { podsToCarry } from "@/lib/pipeline/rollout/canary-pods";
import { routeWords } from "@/lib/pipeline/rollout/canary-route";
import { largestWeight, whyNoCanary } from "@/lib/pipeline/rollout/canary-steps";

/**
 * The canary comes up beside the stable workload, with as many pods as its largest share asks for. No request reaches it:
 * where there is no router its pods come with their share.
 */
export async function startCanary(context: StepContext): Promise<StepFinding> {
  const { planned, state, rollout, step, target, signal } = context;
  const why = whyNoCanary(state.plan, planned);
  if (why !== undefined) return { kind: "skipped", words: why };
  const ground = canaryGround(target, planned);
  const { canary, route, strategy } = ground;
  if (step.status === "accepted") {
    const foreign = foreignPair(context, await canary.look(planned.target, route, signal));
    if (foreign !== undefined) return refused(foreign);
    if (route.kind === "replicas") return { kind: "done", words: "the canary is made; its pods come with their share" };
    return sightCanary(context, ground);
  }
  return againstRaces(async () => {
    const standing = await canary.look(planned.target, route, signal);
    const foreign = foreignStable(context, standing);
    if (foreign !== undefined) return refused(foreign);
    if (route.kind !== "replicas" && standing.weight !== 0) {
      const found = `${routeWords(route)} gives the canary ${standing.weightWords} before anything has begun`;
      return refused(`${found}: set its weight to 0`);
    }
    await context.looked();
    const replicas = route.kind === "replicas" ? 0 : podsToCarry(standing.stable.replicas, largestWeight(strategy));
    const change = changeFor(state, planned, planned.to.digest, rollout.generation);
    const outcome = await canary.start(planned.target, { route, change, replicas }, signal);
    if (outcome.kind === "drift") return drifted(outcome);
    const pods = replicas === 0 ? "no pods yet" : `${replicas} ${replicas === 1 ? "pod" : "pods"}`;
    return { kind: "accepted", words: `the canary is made with ${pods} beside ${standing.stable.replicas}` };
  });
}
