import type { Question, Subject } from "@/lib/engine/evidence/question";
import { type CanaryGroundAnswer, canariesOf, canaryGroundKind, groundKey } from "@/lib/facts/evidence/canary-grounds";
import { canaryRoute, routeWords } from "@/lib/pipeline/rollout/canary-route";
import { ExternalError } from "@/lib/ports/external-error";

/** Short: somebody mends a route and looks again. */
const freshMs = 5_000;

/** Looks at the places of a plan's canaries: whether route, Services and labels are as a canary needs them. */
export function askCanaryGrounds({ plan }: Subject): Question[] {
  return canariesOf(plan).map(({ planned, strategy }) => ({
    kind: canaryGroundKind,
    key: groundKey(planned, strategy),
    freshMs,
    async ask(world, signal): Promise<CanaryGroundAnswer> {
      const { canary } = await world.target(plan.project, planned.target.connection);
      if (!canary) return { problem: "this kind of target knows no canary: use rolling or recreate", shared: null };
      const { route } = strategy;
      try {
        const { weight, weightWords } = await canary.look(planned.target, canaryRoute(route, planned.target), signal);
        if (route.kind === "replicas" || weight === 0) return { problem: null, shared: null };
        const found = `${routeWords(route)} gives the canary ${weightWords} before anything has begun`;
        return { problem: null, shared: `${found}: set its weight to 0` };
      } catch (error) {
        // What is missing there is an answer; that nobody answered is none.
        if (error instanceof ExternalError && error.code === "misconfigured")
          return { problem: error.message, shared: null };
        throw error;
      }
    },
  }));
}
