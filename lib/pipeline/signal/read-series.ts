import type { SignalPlace } from "@/lib/pipeline/signal/questions";

interface Series {
  labels: Record<string, string>;
  value: number | undefined;
}

/**
 * The number that an answer holds for a place, or why there is none. A series is of the place where no label of it names
 * another service (`label`), environment or namespace; more than one is no answer, rather than one of them.
 */
export function readSeries(series: readonly Series[], place: SignalPlace, label: string): number | string {
  const fits = (labels: Record<string, string>, key: string, wanted: string) => (labels[key] ?? wanted) === wanted;
  const own = series.filter(
    ({ labels }) =>
      fits(labels, label, place.service) &&
      fits(labels, "environment", place.environment) &&
      fits(labels, "namespace", place.namespace),
  );
  const [only, another] = own;
  if (only === undefined) return "no data";
  if (another !== undefined) return `${own.length} series where one is wanted`;
  return only.value ?? "no number: the query gives NaN or infinity";
}
