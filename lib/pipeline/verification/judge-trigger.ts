import { isRelative, limitOf, valueWords } from "@/lib/pipeline/policy/bound";
import { formatDuration } from "@/lib/pipeline/policy/duration";
import type { MetricPolicy } from "@/lib/pipeline/policy/metric";
import type { TriggerPolicy } from "@/lib/pipeline/policy/trigger";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { isBaselineStale, isStale, type MetricReading, staleMs } from "@/lib/pipeline/verification/judge-metric";

/** One pod of those that are judged, as it was seen. */
export interface PodReading {
  name: string;
  /** Its containers run. */
  running: boolean;
  ready: boolean;
  /** Since it was created. */
  restarts: number;
  startedAt: string | undefined;
}

/** Whether a trigger's condition holds at this moment, in words; unknown where nobody can tell. */
export interface TriggerFinding {
  holds: "yes" | "no" | "unknown";
  words: string;
  /** The number that was compared, and with what; null where there is none. */
  value: number | null;
  limit: number | null;
}

const unknown = (words: string): TriggerFinding => ({ holds: "unknown", words, value: null, limit: null });

/** A metric above a bound, or above its multiple of the baseline. */
export function metricAbove(
  { above }: TriggerPolicy & { kind: "metric" },
  reading: MetricReading,
  metric: Pick<MetricPolicy, "unit" | "minSamples" | "baseline">,
): TriggerFinding {
  const { unit, minSamples } = metric;
  const number = newestOf(reading, minSamples);
  if ("missing" in number) return unknown(number.missing);
  const baseline = reading.kind === "numbers" ? reading.baseline?.at(-1)?.value : undefined;
  const limit = limitOf(above, baseline);
  if (limit === undefined || !Number.isFinite(limit) || (above.kind === "factor" && (baseline ?? 0) < 0))
    return unknown("its baseline is not known");
  if (isRelative(above) && isBaselineStale(metric, reading))
    return unknown(`its baseline is older than ${formatDuration(staleMs)}`);
  return compared(number.value, limit, (value) => valueWords(value, unit));
}

/** The fullest container's share of its memory limit. */
export function memoryAbove({ share }: TriggerPolicy & { kind: "memory" }, reading: MetricReading): TriggerFinding {
  const number = newestOf(reading);
  if ("missing" in number) return unknown(number.missing);
  return compared(number.value, share, (value) => valueWords(value, "share"));
}

/** How many alerts of the name fire: none is a number too, as long as the source answers. */
export function alertFires(trigger: TriggerPolicy & { kind: "alert" }, reading: MetricReading): TriggerFinding {
  const number = newestOf(reading);
  if ("missing" in number) return unknown(number.missing);
  const fires = number.value > 0;
  return {
    holds: fires ? "yes" : "no",
    words: fires ? `${trigger.alert} fires` : `${trigger.alert} does not fire`,
    value: number.value,
    limit: 0,
  };
}

/** What is reported from outside decides at that moment, without a look: whoever looks finds that nobody did. */
export const notReported: TriggerFinding = { holds: "no", words: "nobody reported it", value: null, limit: null };

/** The share of running pods that are not ready. A pod that does not run yet has no probe that could fail. */
export function probesFail(
  { share }: TriggerPolicy & { kind: "probeFailures" },
  pods: readonly PodReading[],
): TriggerFinding {
  const running = pods.filter((pod) => pod.running);
  if (running.length === 0) return unknown("no pod runs");
  const failing = running.filter((pod) => !pod.ready).length;
  const value = failing / running.length;
  const words = `${failing} of ${running.length} pods are not ready`;
  return { holds: value > share ? "yes" : "no", words, value, limit: share };
}

/** An earlier look: the restarts of all judged pods together, as they were counted then. */
export interface RestartLook {
  at: string;
  restarts: number;
}

/**
 * Restarts within the last `withinMs`. Counters are compared with the last look before the span, so that it does not
 * matter who looked; pods that began within it count with all of theirs. `earlier` is oldest first.
 */
export function restartedTooOften(
  { restarts: limit, withinMs }: TriggerPolicy & { kind: "restarts" },
  pods: readonly PodReading[],
  earlier: readonly RestartLook[],
  now: string,
): TriggerFinding {
  if (pods.length === 0) return unknown("no pod was seen");
  const begin = new Date(Date.parse(now) - withinMs).toISOString();
  const total = pods.reduce((sum, pod) => sum + pod.restarts, 0);
  const before = earlier.findLast((look) => look.at <= begin);
  const looks = [
    ...(before ? [before] : []),
    ...earlier.filter((look) => look.at > begin),
    { at: now, restarts: total },
  ];
  const [first] = looks;
  const born = pods.filter((pod) => pod.startedAt !== undefined && pod.startedAt >= begin);
  const youngRestarts = born.reduce((sum, pod) => sum + pod.restarts, 0);
  let counted = before || !first ? 0 : Math.min(first.restarts, youngRestarts);
  // A pod that was replaced takes its restarts with it: only what was added counts.
  for (const [index, look] of looks.entries()) {
    const was = looks[index - 1];
    if (was) counted += Math.max(0, look.restarts - was.restarts);
  }
  const words = `${counted} restart${counted === 1 ? "" : "s"} within ${formatDuration(withinMs)}`;
  return { holds: counted >= limit ? "yes" : "no", words, value: counted, limit };
}

/**
 * A trigger's check after a look. It fires when it held for as long as it says; since when it holds stands in the check,
 * so that whoever looks next goes on from there. While nobody can tell, it neither fires nor starts anew.
 */
export function moveTrigger(
  check: CheckState,
  trigger: TriggerPolicy,
  finding: TriggerFinding,
  now: string,
): CheckState {
  const { heldSince: held, ...rest } = check;
  const moved = (status: CheckState["status"], heldSince: string | undefined): CheckState => ({
    ...rest,
    status,
    failures: finding.holds === "yes" ? 1 : 0,
    found: finding.words,
    since: check.status === status ? check.since : now,
    ...(heldSince === undefined ? {} : { heldSince }),
  });
  switch (finding.holds) {
    case "no":
      return moved("good", undefined);
    case "unknown":
      return moved("unknown", held);
    case "yes": {
      const since = held ?? now;
      const forMs = "forMs" in trigger ? (trigger.forMs ?? 0) : 0;
      return moved(Date.parse(now) - Date.parse(since) >= forMs ? "failed" : "waiting", since);
    }
    default:
      return finding.holds satisfies never;
  }
}

function newestOf(reading: MetricReading, samplesMin = 1): { value: number } | { missing: string } {
  if (reading.kind !== "numbers") return { missing: reading.message };
  const newest = reading.points.at(-1);
  if (newest === undefined) return { missing: "no data" };
  const { length } = reading.points;
  if (length < samplesMin) return { missing: `${length} of ${samplesMin} values so far` };
  if (newest.value === undefined || !Number.isFinite(newest.value)) return { missing: "not a number" };
  if (isStale(reading.points, reading.askedAt)) {
    return { missing: `its newest number is older than ${formatDuration(staleMs)}` };
  }
  return { value: newest.value };
}

function compared(value: number, limit: number, words: (value: number) => string): TriggerFinding {
  return {
    holds: value > limit ? "yes" : "no",
    words: `${words(value)} · more than ${words(limit)} goes back`,
    value,
    limit,
  };
}
