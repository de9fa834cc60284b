import { coloursOf, turnOf } from "@/lib/engine/steps/rollout/colours";
import { refused, type StepContext } from "@/lib/engine/steps/rollout/step-runner";
import type { SmokeTest } from "@/lib/pipeline/policy/verification";
import type { StepFinding } from "@/lib/pipeline/promotion/input";
import { previewAddress } from "@/lib/pipeline/rollout/preview-address";
import { answerProblem } from "@/lib/pipeline/verification/judge-check";
import { ExternalError } from "@/lib/ports/external-error";

/** So many wrong rounds in a row are a failure: a pod may just have come up behind the preview. */
const wrongMax = 3;

/** Lets the preview Service select the new colour, and asks it what the policy asks, before anybody else can. */
export async function smokePreview(context: StepContext): Promise<StepFinding> {
  const { engine, state, planned, rollout, step, target, signal } = context;
  const { strategy } = planned;
  const turn = turnOf(rollout.steps);
  if (strategy.kind !== "blueGreen" || !turn) return refused("nobody said which colour is made ready");
  const { previewService, smoke } = strategy;
  if (state.plan.kind === "rollback") return { kind: "skipped", words: "it was verified here before" };
  if (previewService === undefined) {
    return { kind: "skipped", words: "there is no preview Service: it is tried by the traffic alone" };
  }
  await coloursOf(target, planned.target.connection).preview(planned.target, previewService, turn.to, signal);
  await context.looked();
  if (smoke.length === 0) {
    return { kind: "skipped", words: `${previewService} selects ${turn.to}; the policy has no smoke test for it` };
  }
  const answers = await Promise.all(
    smoke.map((test) => ask(engine, test, previewAddress(state.plan, planned, test.url), signal)),
  );
  const silent = answers.find((one) => one.kind === "silent");
  if (silent) return { kind: "progressing", words: silent.words, unknown: true };
  const wrong = answers.filter((one) => one.kind === "wrong");
  if (wrong.length === 0) {
    const tests = smoke.length === 1 ? "the smoke test" : `${smoke.length} smoke tests`;
    return { kind: "done", words: `${previewService} answered ${tests} as it should` };
  }
  const rounds = Number(step.facts.wrongRounds ?? 0) + 1;
  const words = wrong.map((one) => one.words).join("; ");
  if (rounds < wrongMax) return { kind: "progressing", words, facts: { wrongRounds: String(rounds) } };
  const evidence = answers.map((one) => ({ name: one.url, value: one.words }));
  return { kind: "trouble", touched: true, trouble: { kind: "failed", reason: words, evidence } };
}

interface Asked {
  kind: "right" | "wrong" | "silent";
  url: string;
  words: string;
}

async function ask(engine: StepContext["engine"], test: SmokeTest, url: string, signal: AbortSignal): Promise<Asked> {
  try {
    const answer = await engine.world.probe.get(url, signal);
    const problem = answerProblem(test, answer, engine.now());
    return problem === undefined
      ? { kind: "right", url, words: `answered ${answer.status}` }
      : { kind: "wrong", url, words: `${url} ${problem}` };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { kind: "silent", url, words: error.message };
  }
}
