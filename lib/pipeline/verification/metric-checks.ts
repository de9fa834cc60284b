import type { MetricPolicy } from "@/lib/pipeline/policy/metric";
import { type TriggerPolicy, triggerWords } from "@/lib/pipeline/policy/trigger";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { metricTitle } from "@/lib/pipeline/verification/judge-metric";

/** What is measured of one service, and what of it goes back at once. */
export interface MetricDemands {
  metrics?: readonly MetricPolicy[];
  rollBackWhen?: readonly TriggerPolicy[];
}

/**
 * The checks of metrics and triggers before any was made: `<prefix>:metric:0`, `<prefix>:trigger:0` …, each in the order
 * of its list.
 */
export function metricChecks(
  prefix: string,
  service: string,
  { metrics = [], rollBackWhen = [] }: MetricDemands,
  now: string,
): CheckState[] {
  const base = { service, status: "waiting" as const, since: now, failures: 0, found: "not measured yet" };
  return [
    ...metrics.map(
      (one, index): CheckState => ({
        ...base,
        id: `${prefix}:metric:${index}`,
        kind: "metric",
        title: metricTitle(one),
        ...(one.dryRun ? { dryRun: true as const } : {}),
      }),
    ),
    ...rollBackWhen.map(
      (one, index): CheckState => ({
        ...base,
        id: `${prefix}:trigger:${index}`,
        kind: "trigger",
        title: `goes back when ${triggerWords(one)}`,
      }),
    ),
  ];
}

/** The place of a check in its list, as metricChecks numbered it. */
export function placeOf(check: Pick<CheckState, "id">): number {
  return Number(check.id.slice(check.id.lastIndexOf(":") + 1));
}
