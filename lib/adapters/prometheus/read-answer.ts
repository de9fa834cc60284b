import { z } from "zod";
import type { MetricSeries } from "@/lib/ports/metric-source";

// https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats
const point = z.tuple([z.number(), z.string()]);
const metric = z.record(z.string(), z.string());
const answer = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    // A native histogram comes without `value` or `values`: no number.
    z.object({ resultType: z.literal("vector"), result: z.array(z.object({ metric, value: point.optional() })) }),
    z.object({
      resultType: z.literal("matrix"),
      result: z.array(z.object({ metric, values: z.array(point).optional() })),
    }),
    z.object({ resultType: z.literal("scalar"), result: point }),
    z.object({ resultType: z.literal("string") }),
  ]),
  warnings: z.array(z.string()).optional(),
});
const failed = z.object({ status: z.literal("error"), error: z.string() });

/** An answer of the API as series; `incomplete` are its warnings, `other` a type that is no numbers. */
export type ReadAnswer =
  | { kind: "series"; series: MetricSeries[]; range: boolean }
  | { kind: "incomplete"; message: string }
  | { kind: "other"; type: string }
  | { kind: "foreign" };

export function readAnswer(body: string): ReadAnswer {
  const parsed = answer.safeParse(parseJson(body));
  if (!parsed.success) return { kind: "foreign" };
  const { data, warnings = [] } = parsed.data;
  if (warnings.length > 0) return { kind: "incomplete", message: warnings.join("; ") };
  switch (data.resultType) {
    case "vector": {
      const series = data.result.map(({ metric, value }) => ({
        labels: metric,
        points: [pointOf(value ?? [Number.NaN, ""])],
      }));
      return { kind: "series", range: false, series };
    }
    case "matrix": {
      const series = data.result.map(({ metric, values = [] }) => ({ labels: metric, points: values.map(pointOf) }));
      return { kind: "series", range: true, series };
    }
    case "scalar":
      return { kind: "series", range: false, series: [{ labels: {}, points: [pointOf(data.result)] }] };
    case "string":
      return { kind: "other", type: data.resultType };
    default:
      return data satisfies never;
  }
}

/** What the API says is wrong; undefined where the body is not of its form. */
export function readFailure(body: string): string | undefined {
  return failed.safeParse(parseJson(body)).data?.error;
}

function pointOf([seconds, text]: [number, string]): { at: string; value: number | undefined } {
  const moment = new Date(seconds * 1000);
  const value = Number(text);
  return {
    at: Number.isNaN(moment.getTime()) ? "" : moment.toISOString(),
    value: text.trim() !== "" && Number.isFinite(value) ? value : undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
