import { formatDuration } from "@/lib/pipeline/policy/duration";
import { type MetricPolicy, needsBaseline } from "@/lib/pipeline/policy/metric";
import { fillQuery, type QueryFacts } from "@/lib/pipeline/policy/slo";

/** What a source of metrics is asked: numbers at `to` alone, or every `stepMs` from `from` to `to`. Moments are ISO 8601. */
export interface MetricQuestion {
  connection: string;
  expression: string;
  to: string;
  range?: { from: string; stepMs: number };
  /** Of an alert: the labels that it must carry, its name (`alertname`) among them. */
  alert?: { labels: Record<string, string> };
}

/** The moments that bound what is measured; ISO 8601. */
export interface MetricMoments {
  now: string;
  /** Since when the new version serves: nothing from before is judged. */
  since: string;
  /** When the rollout began: the baseline of a metric without one of its own ends here. */
  before: string;
}

/** In a window are so many moments at which a number is asked for, and more where more are needed. */
const pointsInWindow = 60;

/** What is asked to judge a metric once: its own numbers, and those of its baseline where it is compared or has one. */
export function metricQuestions(
  policy: MetricPolicy,
  facts: Omit<QueryFacts, "window">,
  { now, since, before }: MetricMoments,
): { current: MetricQuestion; baseline?: MetricQuestion } {
  const windowMs = policy.windowMs ?? 0;
  // Whole seconds, as the query language takes them; what was before the new version is left out.
  const elapsedMs = Math.max(1000, Math.floor((Date.parse(now) - Date.parse(since)) / 1000) * 1000);
  const ask = (query: string, to: string, spanMs: number): MetricQuestion => {
    const expression = fillQuery(query, { ...facts, window: formatDuration(Math.max(1000, spanMs)) });
    const question = { connection: policy.connection, expression, to };
    if (policy.judge.kind === "threshold" && policy.minSamples === 1) return question;
    const stepMs = Math.max(1000, Math.floor(windowMs / Math.max(pointsInWindow, policy.minSamples)));
    // Whole steps back from the moment itself: else the newest number would be up to a step old.
    const from = Date.parse(to) - Math.floor(spanMs / stepMs) * stepMs;
    return { ...question, range: { from: new Date(from).toISOString(), stepMs } };
  };
  const current = ask(policy.query, now, Math.min(windowMs, elapsedMs));
  if (policy.baseline !== undefined) {
    return { current, baseline: ask(policy.baseline, now, Math.min(windowMs, elapsedMs)) };
  }
  return needsBaseline(policy) ? { current, baseline: ask(policy.query, before, windowMs) } : { current };
}
