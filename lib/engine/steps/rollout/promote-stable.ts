import { expectedDigest } from "@/lib/engine/expected-digest";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { changeFor, foreignChange, writeTarget } from "@/lib/engine/steps/write-target";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";

/** The stable workload takes the digest, pod by pod; a canary beside it keeps its share meanwhile. */
export async function promoteStable(context: StepContext): Promise<StepFinding> {
  const { state, planned, rollout, step, target, signal } = context;
  if (step.status === "accepted") return sightStable(context);
  const change = changeFor(state, planned, planned.to.digest, rollout.generation);
  const written = await writeTarget({
    plan: () => target.plan(planned.target, change, signal),
    allowed: (live) => foreignChange(live, [planned.from?.digest, planned.to.digest]),
    apply: async (live) => {
      await context.looked();
      return target.apply(planned.target, change, live, signal);
    },
  });
  if (written.kind === "foreign") return refused(written.reason);
  return { kind: "accepted", words: "the stable workload took the order" };
}

async function sightStable({
  engine,
  state,
  planned,
  rollout,
  step,
  target,
  signal,
}: StepContext): Promise<StepFinding> {
  const expected = await expectedDigest(engine, state.project, planned, planned.to.digest);
  const seen = await target.observe(planned.target, signal);
  const forMs = Date.parse(engine.now()) - Date.parse(step.since ?? engine.now());
  const sighting = judgeObservation(seen, expected, { generation: rollout.generation, forMs });
  switch (sighting.kind) {
    case "running": {
      const words = `${sighting.ready} of ${sighting.desired} stable pods run it`;
      return { kind: "done", words, targetGeneration: seen.targetGeneration };
    }
    case "progressing":
      return { kind: "progressing", words: `${sighting.ready} of ${sighting.desired} stable pods were ready` };
    case "trouble":
      return { kind: "trouble", trouble: sighting.trouble, touched: true };
    default:
      return sighting satisfies never;
  }
}
