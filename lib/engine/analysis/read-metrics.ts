import type { Engine } from "@/lib/engine/engine";
import type { MetricReading, Point } from "@/lib/pipeline/verification/judge-metric";
import type { MetricQuestion } from "@/lib/pipeline/verification/metric-question";
import { ExternalError } from "@/lib/ports/external-error";
import type { MetricAnswer } from "@/lib/ports/metric-source";

/** What is asked for one judgement: its own numbers, and those of a baseline. */
export interface Asked {
  current: MetricQuestion;
  baseline?: MetricQuestion;
}

type Numbers =
  | { kind: "points"; points: Point[] }
  | { kind: "silent"; message: string }
  | { kind: "wrong"; message: string };

/**
 * The readings of many metrics of one project, each in its place: every source is asked once for all that is wanted of it
 * (in calls bounded by the engine's callMs), and the same question once. A source that does not answer is silent.
 */
export async function readMetrics(engine: Engine, project: string, asked: readonly Asked[]): Promise<MetricReading[]> {
  const questions = new Map<string, MetricQuestion>();
  for (const { current, baseline } of asked) {
    for (const one of baseline ? [current, baseline] : [current]) questions.set(keyOf(one), one);
  }
  const byConnection = new Map<string, MetricQuestion[]>();
  for (const one of questions.values()) {
    byConnection.set(one.connection, [...(byConnection.get(one.connection) ?? []), one]);
  }
  const answers = new Map<string, Numbers>();
  await Promise.all(
    [...byConnection].map(async ([connection, wanted]) => {
      const numbers = await askSource(engine, project, connection, wanted);
      for (const [index, one] of wanted.entries()) {
        answers.set(keyOf(one), numbers[index] ?? { kind: "silent", message: "it was not asked" });
      }
    }),
  );
  return asked.map(({ current, baseline }) => {
    const own = answers.get(keyOf(current));
    const base = baseline && answers.get(keyOf(baseline));
    if (own?.kind !== "points") return own ?? { kind: "silent", message: "it was not asked" };
    if (base?.kind === "silent" || base?.kind === "wrong") {
      return { kind: base.kind, message: `its baseline: ${base.message}` };
    }
    return {
      kind: "numbers",
      askedAt: current.to,
      points: own.points,
      ...(base ? { baseline: base.points } : {}),
    };
  });
}

function keyOf({ connection, expression, to, range }: MetricQuestion): string {
  return JSON.stringify([connection, expression, to, range?.from, range?.stepMs]);
}

/** These may heal by themselves; any other trouble says that the question or the connection is wrong. */
async function askSource(
  engine: Engine,
  project: string,
  connection: string,
  wanted: readonly MetricQuestion[],
): Promise<Numbers[]> {
  try {
    const source = await engine.world.metrics(project, connection);
    const answers = await source.measure(wanted, AbortSignal.timeout(engine.callMs));
    return answers.map(numbersOf);
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    const { message, code, system } = error;
    engine.log("warn", "a source of metrics did not answer", { project, connection, system, code });
    return wanted.map(() => ({ kind: error.retryable ? "silent" : "wrong", message }));
  }
}

function numbersOf(answer: MetricAnswer): Numbers {
  if (answer.kind === "refused") return { kind: "wrong", message: answer.message };
  const { series } = answer;
  if (series.length > 1) return { kind: "wrong", message: `its query gives ${series.length} series, not one number` };
  return { kind: "points", points: series[0]?.points ?? [] };
}
