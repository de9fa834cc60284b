import type { Engine } from "@/lib/engine/engine";
import { ExternalError } from "@/lib/ports/external-error";
import type { MetricAnswer, MetricRequest, MetricSource } from "@/lib/ports/metric-source";

/** One query, and how many series its answer is thought to have. */
export interface AskedQuery {
  connection: string;
  expression: string;
  series: number;
}

/** A source's answer to one query, or why there is none in words that may be shown. */
export type QueryAnswer = MetricAnswer | { kind: "trouble"; message: string };

/** So many calls to one source are under way at once. */
const parallel = 4;
/** As many go together as the source takes in one call, and no more series than an answer may hold. */
const queriesMax = 20;
const seriesMax = 4_000;

/**
 * Asks each query of its source, many in one call and few calls at once, and answers them in their places with the number
 * of calls. A source that gives no answer at all is not asked for the rest: all of that is in the same trouble.
 */
export async function askTogether(
  engine: Engine,
  project: string,
  queries: readonly AskedQuery[],
  signal: AbortSignal,
): Promise<{ answers: QueryAnswer[]; calls: number }> {
  const answers = new Array<QueryAnswer>(queries.length);
  const byConnection = new Map<string, number[]>();
  for (const [place, { connection }] of queries.entries()) {
    const places = byConnection.get(connection);
    if (places) places.push(place);
    else byConnection.set(connection, [place]);
  }
  let calls = 0;
  await Promise.all(
    [...byConnection].map(async ([connection, places]) => {
      const ask = await asker(engine, project, connection, signal);
      const waiting = packed(queries, places);
      const one = async () => {
        for (let chunk = waiting.shift(); chunk; chunk = waiting.shift()) {
          const said = await ask(chunk.map((place) => queries[place]?.expression ?? ""));
          for (const [index, place] of chunk.entries()) answers[place] = said.answers[index] ?? noAnswer;
          calls += said.called;
        }
      };
      await Promise.all(Array.from({ length: Math.min(parallel, waiting.length) }, one));
    }),
  );
  return { answers, calls };
}

const noAnswer: QueryAnswer = { kind: "trouble", message: "the source left it out of its answer" };

/** The places in chunks that fit into one call. */
function packed(queries: readonly AskedQuery[], places: readonly number[]): number[][] {
  const chunks: number[][] = [];
  let series = 0;
  for (const place of places) {
    const own = queries[place]?.series ?? 1;
    const last = chunks.at(-1);
    if (last === undefined || last.length >= queriesMax || series + own > seriesMax) {
      chunks.push([place]);
      series = own;
    } else {
      last.push(place);
      series += own;
    }
  }
  return chunks;
}

type Ask = (expressions: string[]) => Promise<{ answers: QueryAnswer[]; called: number }>;

async function asker(engine: Engine, project: string, connection: string, signal: AbortSignal): Promise<Ask> {
  let down: string | undefined;
  let source: MetricSource | undefined;
  try {
    source = await engine.world.metrics(project, connection);
  } catch (error) {
    down = wordsOf(error);
  }
  return async (expressions) => {
    const all = (message: string) => expressions.map((): QueryAnswer => ({ kind: "trouble", message }));
    if (down !== undefined || !source) return { answers: all(down ?? "there is no such source"), called: 0 };
    const to = engine.now();
    try {
      const requests = expressions.map((expression): MetricRequest => ({ expression, to }));
      return { answers: await source.measure(requests, signal), called: 1 };
    } catch (error) {
      const message = wordsOf(error);
      // An answer with a part missing says nothing about the next one; any other trouble is the source's own.
      if (!(error instanceof ExternalError) || error.code !== "badResponse") down = message;
      return { answers: all(message), called: 1 };
    }
  };
}

function wordsOf(error: unknown): string {
  if (!(error instanceof ExternalError)) throw error;
  return error.message.slice(0, 500).toWellFormed();
}
