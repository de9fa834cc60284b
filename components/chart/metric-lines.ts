import { valueWords } from "@/lib/pipeline/policy/bound";
import type { MetricView } from "@/lib/queries/promotion-metrics";

/** A metric as a chart draws it. */
export interface ChartedMetric extends MetricView {
  /** All that was measured, where only a part is drawn: the axes are its own, so that they keep still. */
  whole?: MetricView;
  /** The moment that is shown, where it is not now. */
  at?: string;
}

/** What the measured and the baseline line are called. */
export function lineNames({ comparedWith }: MetricView): { value: string; baseline: string } {
  if (comparedWith === "stable") return { value: "canary", baseline: "stable" };
  return { value: comparedWith === "before" ? "after" : "measured", baseline: "before" };
}

/** A number in the metric's own unit; what is not known is said so. */
export function numberWords(value: number | null | undefined, { unit }: Pick<MetricView, "unit">): string {
  return value === null || value === undefined ? "unknown" : valueWords(value, unit);
}

/** Round numbers for the vertical axis, from zero or below: every number and limit lies between the first and the last. */
export function valueTicks({ points }: Pick<MetricView, "points">): number[] {
  const numbers = points.flatMap((point) =>
    [point.value, point.baseline, point.max, point.min].filter((one): one is number => one !== null),
  );
  const [low, high] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  const step = roundStep((high - low) / 3 || 1 / 3);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** The next number of 1, 2 or 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((one) => one * power >= least * 0.999) ?? 10) * power;
}

/** The measurement that came nearest to its limit, or went furthest beyond: the highest, or the lowest of a minimum. */
export function worstPoint({ points }: Pick<MetricView, "points">) {
  const known = points.filter((point) => point.value !== null);
  const isMinimum = known.length > 0 && known.every((point) => point.max === null && point.min !== null);
  return known.reduce<(typeof known)[number] | undefined>((worst, point) => {
    if (worst === undefined) return point;
    const [one, other] = [point.value ?? 0, worst.value ?? 0];
    return (isMinimum ? one < other : one > other) ? point : worst;
  }, undefined);
}

/** As much of a chart's width as the longest word above a mark takes on a phone. */
const wordShare = 0.15;

/**
 * Which of the marks have room for their word, by their shares of the width in order: of two that stand close together the
 * later one has it. What has none is drawn all the same, and stands in the table.
 */
export function roomForWords(shares: readonly number[]): boolean[] {
  return shares.map((share, index) => (shares[index + 1] ?? Number.POSITIVE_INFINITY) - share >= wordShare);
}
