import { readAnswer, readFailure } from "@/lib/adapters/prometheus/read-answer";
import { createSource, type Source, type SourceOptions, timeoutMsDefault } from "@/lib/adapters/prometheus/source";
import type { MetricSeries } from "@/lib/ports/metric-source";

export interface PrometheusOptions extends SourceOptions {
  maxSamples?: number;
}

/** One call of the API, read into series. */
export interface PrometheusApi extends Pick<Source, "fail"> {
  /** `moments` are the API's parameters that say when. Throws ExternalError only. */
  call(
    endpoint: "query" | "query_range",
    query: string,
    moments: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<MetricSeries[]>;
}

/**
 * Bounded calls of Prometheus' HTTP API. An answer with warnings is refused: part of the data is missing, and a number
 * made of the rest would look like health.
 */
export function createApi(options: PrometheusOptions): PrometheusApi {
  const { timeoutMs = timeoutMsDefault, maxSamples = 10_000 } = options;
  const { send, fail } = createSource(options, readFailure);

  function read(body: string, range: boolean): MetricSeries[] {
    const answer = readAnswer(body);
    switch (answer.kind) {
      case "foreign":
        throw fail("badResponse", "the answer is not one of Prometheus' API", true);
      case "incomplete":
        throw fail("badResponse", `the answer is incomplete: ${answer.message}`, true);
      case "other":
        throw fail("invalid", `the expression gives a ${answer.type}, not numbers at one moment`, false);
      case "series": {
        if (answer.range && !range)
          throw fail("invalid", "the expression gives a matrix, not numbers at one moment", false);
        const count = answer.series.reduce((sum, one) => sum + one.points.length, 0);
        if (count > maxSamples) throw fail("tooLarge", `the answer has more than ${maxSamples} samples`, false);
        return answer.series;
      }
      default:
        return answer satisfies never;
    }
  }

  return {
    fail,
    async call(endpoint, query, moments, signal) {
      const form = { query, timeout: `${timeoutMs}ms`, ...moments };
      return read(await send({ path: `/api/v1/${endpoint}`, form }, signal), endpoint === "query_range");
    },
  };
}
