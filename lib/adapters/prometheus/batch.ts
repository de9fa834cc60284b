import type { MetricSeries } from "@/lib/ports/metric-source";

/** Says in a joined answer which of the expressions a series belongs to. */
const placeLabel = "waybill_place";

/**
 * Several expressions as one, each of whose series carries the place of its own; expressions that give a scalar cannot be
 * joined, and Prometheus says so. All must be closed (see isClosed). https://prometheus.io/docs/prometheus/latest/querying/functions/#label_replace
 */
export function joinExpressions(expressions: readonly string[]): string {
  // A line of its own, so that a comment at the end of an expression hides nothing of ours.
  return expressions
    .map((one, place) => `label_replace((\n${one}\n), "${placeLabel}", "${place}", "", "")`)
    .join(" or ");
}

/** The series of a joined answer, apart again and without the label that told them apart. */
export function splitSeries(series: readonly MetricSeries[], count: number): MetricSeries[][] {
  const apart: MetricSeries[][] = Array.from({ length: count }, () => []);
  for (const { labels, points } of series) {
    const { [placeLabel]: place, ...own } = labels;
    apart[Number(place ?? Number.NaN)]?.push({ labels: own, points });
  }
  return apart;
}

/**
 * True where every bracket and string of an expression ends within it: joined with others it stays one of them. Says
 * nothing about whether it is right.
 */
export function isClosed(expression: string): boolean {
  const open: string[] = [];
  const pairs: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
  let quote = "";
  for (let index = 0; index < expression.length; index += 1) {
    const sign = expression.charAt(index);
    if (quote !== "") {
      if (sign === "\\" && quote !== "`") index += 1;
      else if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'" || sign === "`") quote = sign;
    else if (sign === "#") {
      const end = expression.indexOf("\n", index);
      if (end === -1) break;
      index = end;
    } else if ("([{".includes(sign)) open.push(sign);
    else if (pairs[sign] !== undefined && open.pop() !== pairs[sign]) return false;
  }
  return quote === "" && open.length === 0;
}
