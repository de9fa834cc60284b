import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { type AskedQuery, askTogether, type QueryAnswer } from "@/lib/engine/signals/ask-together";
import { countBudgets } from "@/lib/engine/signals/count-budgets";
import { keepReadings, type NumberRead } from "@/lib/engine/signals/keep-readings";
import { loadProject } from "@/lib/facts/project";
import { type SignalQuestion, signalQuestions } from "@/lib/pipeline/signal/questions";
import { readSeries } from "@/lib/pipeline/signal/read-series";

/** Where a project asks nothing but for its budgets, they are looked at as often as this. */
const defaultEveryMs = 60_000;
/** Budgets change slowly and cost the source the most; what was counted counts for five minutes. */
const budgetsEveryMs = 180_000;
/** No round is longer than this, nor than the time between two. */
const roundMsMax = 60_000;

/** What one round came to. */
export interface SignalRound {
  /** Calls of sources. */
  calls: number;
  /** Queries that were answered by them. */
  queries: number;
  tookMs: number;
}

/**
 * Asks for the signals of a project whose time has come, keeps the numbers and what was in the way of them, and says so to
 * whoever looks. Undefined where it is not time yet, or another worker asks. Budgets are asked for less often.
 */
export async function lookAtSignals(engine: Engine, project: string): Promise<SignalRound | undefined> {
  const stored = await loadProject(engine.pool, project);
  if (!stored) return undefined;
  const { signals, slos = [] } = stored.document;
  if (!signals && slos.length === 0) return undefined;
  const everyMs = signals?.everyMs ?? defaultEveryMs;
  const claim = await claimRound(engine, project, everyMs);
  if (!claim) return undefined;
  const begun = performance.now();
  const limit = AbortSignal.timeout(Math.min(roundMsMax, everyMs));
  const questions = signalQuestions(stored.document);
  const { answers, calls } = await askTogether(engine, project, questions.map(askedOf), limit);
  if (signals) {
    const numbers = questions.flatMap((question, index) => numbersOf(question, answers[index], signals.label));
    await keepReadings(engine, stored.document, numbers);
  }
  const budgets = claim.budgets ? await countBudgets(engine, stored.document, limit) : { calls: 0, queries: 0 };
  const round = {
    calls: calls + budgets.calls,
    queries: questions.length + budgets.queries,
    tookMs: Math.round(performance.now() - begun),
  };
  await engine.pool.execute(
    sql`update signal_round set calls = ${round.calls}, took_ms = ${round.tookMs} where project = ${project}`,
  );
  return round;
}

/** Takes the round that is due, by the database's clock: of two workers one gets it. */
async function claimRound(engine: Engine, project: string, everyMs: number): Promise<{ budgets: boolean } | undefined> {
  const ms = (count: number) => sql`${count} * interval '1 millisecond'`;
  const [row] = await engine.pool.query<{ budgets: boolean }>(
    sql`insert into signal_round as r (project, asked_at, budgets_at) values (${project}, now(), now())
        on conflict (project) do update
           set asked_at = now(),
               budgets_at = case when coalesce(r.budgets_at, '-infinity') <= now() - ${ms(budgetsEveryMs)}
                                 then now() else r.budgets_at end
         where r.asked_at <= now() - ${ms(everyMs)}
     returning budgets_at = asked_at as budgets`,
  );
  return row;
}

function askedOf({ connection, expression, places }: SignalQuestion): AskedQuery {
  return { connection, expression, series: places.length };
}

function numbersOf({ places }: SignalQuestion, answer: QueryAnswer | undefined, label: string): NumberRead[] {
  return places.map((place): NumberRead => {
    if (answer?.kind !== "series") return { ...place, answer: answer?.message ?? "not asked" };
    const series = answer.series.map(({ labels, points }) => ({ labels, value: points.at(-1)?.value }));
    return { ...place, answer: readSeries(series, place, label) };
  });
}
