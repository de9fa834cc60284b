import { isClosed, joinExpressions, splitSeries } from "@/lib/adapters/prometheus/batch";
import { ExternalError } from "@/lib/ports/external-error";
import type { MetricAnswer, MetricRequest, MetricSeries } from "@/lib/ports/metric-source";

/** So many expressions go in one call at most. */
const batchMax = 20;

/** Asks for one expression at the moments of `request`. */
type Ask = (expression: string, request: MetricRequest) => Promise<MetricSeries[]>;

/**
 * Answers each request in its place, with one call for those about the same moments. Where a call is refused because one
 * of its expressions is wrong, each is asked alone, so that the others have their answer.
 */
export async function measureTogether(requests: readonly MetricRequest[], ask: Ask): Promise<MetricAnswer[]> {
  const answers = new Array<MetricAnswer>(requests.length);
  for (const places of batchesOf(requests)) {
    const chosen = places.flatMap((place) => requests[place] ?? []);
    for (const [index, answer] of (await askBatch(chosen, ask)).entries()) answers[places[index] ?? 0] = answer;
  }
  return answers;
}

/** The places of requests that go together: the same moments, and every expression closed in itself. */
function batchesOf(requests: readonly MetricRequest[]): number[][] {
  const groups = new Map<string, number[][]>();
  for (const [place, { expression, to, range }] of requests.entries()) {
    const alone = isClosed(expression) ? "" : `${place}`;
    const key = JSON.stringify([to, range?.from, range?.stepMs, alone]);
    const batches = groups.get(key) ?? [];
    groups.set(key, batches);
    const last = batches.at(-1);
    if (last && last.length < batchMax) last.push(place);
    else batches.push([place]);
  }
  return [...groups.values()].flat();
}

async function askBatch(requests: MetricRequest[], ask: Ask): Promise<MetricAnswer[]> {
  const [first] = requests;
  if (first && requests.length > 1) {
    try {
      const series = await ask(joinExpressions(requests.map((one) => one.expression)), first);
      return splitSeries(series, requests.length).map((own) => ({ kind: "series", series: own }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  const answers: MetricAnswer[] = [];
  for (const request of requests) answers.push(await askAlone(request, ask));
  return answers;
}

async function askAlone(request: MetricRequest, ask: Ask): Promise<MetricAnswer> {
  try {
    return { kind: "series", series: await ask(request.expression, request) };
  } catch (error) {
    if (isRefusal(error)) return { kind: "refused", message: error.message };
    throw error;
  }
}

/** What the source says about the question, not about itself. */
function isRefusal(error: unknown): error is ExternalError {
  return error instanceof ExternalError && (error.code === "invalid" || error.code === "tooLarge");
}
