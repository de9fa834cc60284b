import { createApi, type PrometheusOptions } from "@/lib/adapters/prometheus/api";
import { measureTogether } from "@/lib/adapters/prometheus/measure-together";
import type { MetricSource } from "@/lib/ports/metric-source";

/** Prometheus refuses more than 11,000 points a series; nobody who judges needs as many. */
const pointsMax = 2_000;

const seconds = (ms: number) => String(ms / 1000);

/** Queries of Prometheus' HTTP API, and of what speaks it. Throws ExternalError only. */
export function createPrometheus(options: PrometheusOptions): MetricSource {
  const api = createApi(options);
  const query: MetricSource["query"] = async (expression, at, signal) => {
    const time: Record<string, string> = at ? { time: seconds(at.getTime()) } : {};
    const series = await api.call("query", expression, time, signal);
    return series.map(({ labels, points: [point] }) => ({ labels, at: point?.at ?? "", value: point?.value }));
  };
  return {
    query,
    measure: (requests, signal) =>
      measureTogether(requests, async (expression, { to, range }) => {
        if (!range) return api.call("query", expression, { time: seconds(Date.parse(to)) }, signal);
        const [start, end] = [Date.parse(range.from), Date.parse(to)];
        const points = (end - start) / range.stepMs;
        if (!(points >= 0 && points <= pointsMax))
          throw api.fail("invalid", `${Math.ceil(points)} points are asked for, more than ${pointsMax}`, false);
        const moments = { start: seconds(start), end: seconds(end), step: seconds(range.stepMs) };
        return api.call("query_range", expression, moments, signal);
      }),
    async check(signal) {
      const [sample] = await query("1", undefined, signal);
      if (sample?.value !== 1) throw api.fail("badResponse", "it does not answer the query 1 with 1", false);
    },
  };
}
