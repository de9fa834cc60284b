import { expectedDigest } from "@/lib/engine/expected-digest";
import { coloursOf, turnOf } from "@/lib/engine/steps/rollout/colours";
import { keepColourSeen } from "@/lib/engine/steps/rollout/keep-colour-seen";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { judgeObservation } from "@/lib/pipeline/rollout/judge-observation";

/** Waits until every pod of the new colour runs the digest and is ready. It takes no traffic yet. */
export async function awaitColour(context: StepContext): Promise<StepFinding> {
  const { engine, state, planned, rollout, step, target, signal, looked } = context;
  const turn = turnOf(rollout.steps);
  if (!turn) return refused("nobody said which colour is made ready");
  const expected = await expectedDigest(engine, state.project, planned, planned.to.digest);
  const seen = await coloursOf(target, planned.target.connection).observe(planned.target, turn.to, signal);
  await keepColourSeen(context, turn.to, seen);
  await looked();
  const forMs = Date.parse(engine.now()) - Date.parse(step.requestedAt ?? engine.now());
  const sighting = judgeObservation(seen, expected, { generation: rollout.generation, forMs });
  switch (sighting.kind) {
    case "running": {
      const by = sighting.as === "platform" ? ", by its platform's digest" : "";
      return { kind: "done", words: `${sighting.ready} of ${sighting.desired} pods of ${turn.to} run it${by}` };
    }
    case "progressing":
      // Written down as often as it changes: of a colour that is not live the ledger has nothing else.
      return {
        kind: "progressing",
        words: `${sighting.ready} of ${sighting.desired} pods of ${turn.to} ready`,
        facts: { ready: String(sighting.ready) },
      };
    case "trouble":
      return { kind: "trouble", trouble: sighting.trouble, touched: true };
    default:
      return sighting satisfies never;
  }
}
