import { type Bound, boundWords, limitOf, valueWords } from "@/lib/pipeline/policy/bound";
import { formatDuration } from "@/lib/pipeline/policy/duration";
import { type MetricPolicy, needsBaseline } from "@/lib/pipeline/policy/metric";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { leastProbability, mannWhitney } from "@/lib/pipeline/verification/mann-whitney";
import type { Outcome } from "@/lib/pipeline/verification/outcome";

/** A number at a moment; undefined where the source had one that is none (NaN, infinity). */
export interface Point {
  at: string;
  value: number | undefined;
}

/** What came of asking: numbers, oldest first; no answer at all; or an answer that says the question is wrong. */
export type MetricReading =
  | { kind: "numbers"; askedAt: string; points: readonly Point[]; baseline?: readonly Point[] }
  | { kind: "silent"; message: string }
  | { kind: "wrong"; message: string };

/** One judgement. Numbers are null where they are not known; `max` and `min` are the limits as they were then. */
export interface Judgement {
  outcome: Outcome;
  value: number | null;
  baseline: number | null;
  max: number | null;
  min: number | null;
  words: string;
}

/** The newest number must not be older than this, else it says nothing about now. */
export const staleMs = 60_000;

/** Judges one reading of a metric. What is missing, stale, or no number makes it inconclusive; it never makes it pass. */
export function judgeMetric(policy: MetricPolicy, reading: MetricReading): Judgement {
  const nothing = { value: null, baseline: null, max: null, min: null };
  if (reading.kind === "silent") return { ...nothing, outcome: "inconclusive", words: reading.message };
  if (reading.kind === "wrong") return { ...nothing, outcome: "error", words: reading.message };
  const current = numbersOf(reading.points, policy.minSamples);
  const compared = needsBaseline(policy);
  const base = reading.baseline && numbersOf(reading.baseline, policy.minSamples);
  const baseline = base && "numbers" in base ? midOf(policy, base.numbers) : undefined;
  const known = { ...nothing, baseline: baseline ?? null };
  if ("missing" in current) return { ...known, outcome: "inconclusive", words: current.missing };
  const value = midOf(policy, current.numbers);
  const limits = { max: limit(policy.max, baseline), min: limit(policy.min, baseline) };
  const measured = { ...known, ...limits, value };
  const inconclusive = (words: string): Judgement => ({ ...measured, outcome: "inconclusive", words });
  if (isStale(reading.points, reading.askedAt)) return inconclusive(staleWords);
  if (compared && !base) return inconclusive("there is no baseline to compare with");
  if (compared && base && "missing" in base) return inconclusive(`its baseline: ${base.missing}`);
  if (compared && isBaselineStale(policy, reading)) return inconclusive(`its baseline: ${staleWords}`);
  if ([value, baseline ?? 0, limits.max ?? 0, limits.min ?? 0].some((one) => !Number.isFinite(one)))
    return inconclusive("its numbers are too large to be compared");
  if (baseline !== undefined && baseline < 0 && [policy.max, policy.min].some((one) => one?.kind === "factor")) {
    return inconclusive("its baseline is below zero, of which no multiple is a limit");
  }
  const over = limits.max !== null && value > limits.max ? policy.max : undefined;
  const under = limits.min !== null && value < limits.min ? policy.min : undefined;
  const chance =
    policy.judge.kind === "mannWhitney" && base && "numbers" in base
      ? chanceOf(current.numbers, base.numbers, under !== undefined)
      : undefined;
  const mayBeChance = 1 - confidenceOf(policy) / 100;
  const sure = chance === undefined || chance.probability <= mayBeChance;
  if ((over ?? under) && !sure && base && "numbers" in base) {
    const sizes = [current.numbers.length, base.numbers.length] as const;
    if (leastProbability(...sizes) > mayBeChance)
      return inconclusive(`${sizes[0]} and ${sizes[1]} values are too few to be so sure of a difference`);
  }
  const outcome = (over ?? under) && sure ? "fail" : "pass";
  return { ...measured, outcome, words: wordsOf(policy, measured, chance) };
}

/**
 * A metric's check after a judgement. Outside of its limits so many times in a row fails it; inside, it must have held for
 * as long as it says, and the window that is compared must have passed, before it is good. Not judged is unknown.
 */
export function moveMetric(
  check: CheckState,
  policy: MetricPolicy,
  judgement: Judgement,
  now: string,
  /** Since when the new version serves. */
  since: string,
): CheckState {
  const { outcome, words } = judgement;
  const moved = (status: CheckState["status"], failures: number, keeps = check.status === status): CheckState => ({
    ...check,
    status,
    failures,
    outcome,
    found: words,
    since: keeps ? check.since : now,
  });
  if (outcome === "inconclusive" || outcome === "error") return moved("unknown", check.failures);
  if (outcome === "fail") {
    const failures = check.failures + 1;
    return moved(failures >= policy.consecutive ? "failed" : "waiting", failures);
  }
  const right = check.status === "holding" || check.status === "good";
  const heldMs = Date.parse(now) - Date.parse(right ? check.since : now);
  const whole = Date.parse(now) - Date.parse(since) >= (policy.windowMs ?? 0);
  return moved(heldMs >= (policy.forMs ?? 0) && whole ? "good" : "holding", 0, right);
}

/** A metric in a few words, as the title of its check: `error rate at most 5 %`. */
export function metricTitle({ name, max, min }: MetricPolicy): string {
  const parts = [max && `at most ${boundWords(max)}`, min && `at least ${boundWords(min)}`];
  return `${name} ${parts.filter((part) => part !== undefined).join(" and ")}`;
}

const staleWords = `its newest number is older than ${formatDuration(staleMs)}`;

/** True where the newest number says nothing about the moment at which it was asked for. */
export function isStale(points: readonly Point[], askedAt: string): boolean {
  return !(Date.parse(askedAt) - Date.parse(points.at(-1)?.at ?? "") <= staleMs);
}

/** A baseline of its own is of the same moment; the time before a rollout ends before it. */
export function isBaselineStale(policy: Pick<MetricPolicy, "baseline">, reading: MetricReading): boolean {
  if (policy.baseline === undefined || reading.kind !== "numbers" || !reading.baseline) return false;
  return isStale(reading.baseline, reading.askedAt);
}

function numbersOf(points: readonly Point[], samplesMin: number): { numbers: number[] } | { missing: string } {
  const numbers = points.flatMap(({ value }) => (value !== undefined && Number.isFinite(value) ? [value] : []));
  const none = points.length - numbers.length;
  if (points.length === 0) return { missing: "no data" };
  if (none > 0)
    return { missing: points.length === 1 ? "not a number" : `${none} of ${points.length} values are no number` };
  if (numbers.length < samplesMin) return { missing: `${numbers.length} of ${samplesMin} values so far` };
  return { numbers };
}

/** A threshold looks at the newest number; the test compares whole samples, which their means stand for. */
function midOf({ judge }: MetricPolicy, numbers: readonly number[]): number {
  if (judge.kind === "threshold") return numbers.at(-1) ?? Number.NaN;
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function limit(bound: Bound | undefined, baseline: number | undefined): number | null {
  return bound === undefined ? null : (limitOf(bound, baseline) ?? null);
}

function confidenceOf({ judge }: MetricPolicy): number {
  return judge.kind === "mannWhitney" ? judge.confidencePercent : 100;
}

function chanceOf(current: number[], base: number[], less: boolean) {
  return less ? mannWhitney(base, current) : mannWhitney(current, base);
}

function wordsOf(
  policy: MetricPolicy,
  measured: Omit<Judgement, "outcome" | "words">,
  chance: { probability: number; superiority: number } | undefined,
): string {
  const { unit, max, min } = policy;
  const { value, baseline } = measured;
  const parts = [value === null ? "" : valueWords(value, unit)];
  if (baseline !== null) parts.push(`baseline ${valueWords(baseline, unit)}`);
  for (const [name, bound, limit] of [
    ["at most", max, measured.max],
    ["at least", min, measured.min],
  ] as const) {
    if (bound !== undefined && limit !== null) parts.push(`${name} ${valueWords(limit, unit)}`);
  }
  if (chance) {
    const percent = (1 - chance.probability) * 100;
    parts.push(`differs with ${percent.toFixed(1)} % confidence, effect ${chance.superiority.toFixed(2)}`);
  }
  return parts.join(" · ");
}
