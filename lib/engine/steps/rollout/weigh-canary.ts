import { canaryGround, drifted, foreignPair, orderedBy, sightCanary } from "@/lib/engine/steps/rollout/canary-ground";
import { againstRaces } from "@/lib/engine/steps/rollout/colours";
import { keepCanarySeen } from "@/lib/engine/steps/rollout/keep-canary-seen";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { routeWords } from "@/lib/pipeline/rollout/canary-route";
import { weightsPossible } from "@/lib/pipeline/rollout/canary-steps";

/** Gives the canary its share of the requests: one call, on the condition that the share is what this rollout left. */
export async function weighCanary(context: StepContext): Promise<StepFinding> {
  const { planned, rollout, step, target, signal } = context;
  if (step.step.kind !== "weight") return refused("this step sets no weight");
  const { weight } = step.step;
  const ground = canaryGround(target, planned);
  const { canary, route } = ground;
  if (step.status === "accepted") {
    const standing = await canary.look(planned.target, route, signal);
    await keepCanarySeen(context, standing, undefined);
    const foreign = foreignPair(context, standing, route.kind === "replicas" ? undefined : weight);
    if (foreign !== undefined) return refused(foreign);
    if (route.kind !== "replicas") {
      return { kind: "done", words: `${routeWords(route)} sends ${standing.weightWords} to the canary` };
    }
    const sighted = await sightCanary(context, ground);
    return sighted.kind === "done" ? { kind: "done", words: `${standing.weightWords} of the requests` } : sighted;
  }
  return againstRaces(async () => {
    const foreign = foreignPair(context, await canary.look(planned.target, route, signal));
    if (foreign !== undefined) return refused(foreign);
    await context.looked();
    const order = { route, weight, expected: weightsPossible(rollout.steps), by: orderedBy(context) };
    const outcome = await canary.setWeight(planned.target, order, signal);
    if (outcome.kind === "drift") return drifted(outcome);
    return { kind: "accepted", words: `${routeWords(route)} took the order: ${weight} % to the canary` };
  });
}

/** All requests go to the stable workload again, which runs the new digest by now. */
export async function bringTrafficHome(context: StepContext): Promise<StepFinding> {
  const { planned, rollout, step, target, signal } = context;
  const { canary, route } = canaryGround(target, planned);
  if (route.kind === "replicas") return { kind: "skipped", words: "without a router its share ends with its pods" };
  if (step.status === "accepted") {
    const standing = await canary.look(planned.target, route, signal);
    await keepCanarySeen(context, standing, undefined);
    if (standing.weight === 0) return { kind: "done", words: `${routeWords(route)} sends nothing to the canary` };
    return refused(`the canary has ${standing.weightWords} of the requests: somebody else changed the route`);
  }
  return againstRaces(async () => {
    await context.looked();
    const order = { route, weight: 0, expected: weightsPossible(rollout.steps), by: orderedBy(context) };
    const outcome = await canary.setWeight(planned.target, order, signal);
    if (outcome.kind === "drift") return drifted(outcome);
    return { kind: "accepted", words: `${routeWords(route)} took the order: nothing to the canary` };
  });
}

/** The canary's pods go; it is kept empty for the next time. */
export async function removeCanary(context: StepContext): Promise<StepFinding> {
  const { engine, planned, step, target, signal } = context;
  const { canary } = canaryGround(target, planned);
  if (step.status === "accepted") {
    const seen = await canary.observeCanary(planned.target, signal);
    await keepCanarySeen(context, undefined, seen);
    const { pods } = seen;
    if (pods.length === 0) return { kind: "done", words: "the canary's pods are gone" };
    const words = `${pods.length} ${pods.length === 1 ? "pod" : "pods"} of the canary`;
    // A node that is gone takes nobody's pods away: no request reaches them, and the release is not undone for them.
    const isOver = step.deadlineAt !== null && engine.now() >= step.deadlineAt;
    if (isOver && pods.every(({ phase }) => phase === "Terminating"))
      return { kind: "done", words: `${words} still wait for their nodes to take them away` };
    return { kind: "progressing", words: `${words} were still there` };
  }
  return againstRaces(async () => {
    await context.looked();
    const order = { digest: planned.to.digest, by: orderedBy(context) };
    const outcome = await canary.remove(planned.target, order, signal);
    if (outcome.kind === "drift") return drifted(outcome);
    return { kind: "accepted", words: "the canary was told to go" };
  });
}
