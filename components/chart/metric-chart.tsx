"use client";

import dynamic from "next/dynamic";
import { type ChartedMetric, lineNames, numberWords, worstPoint } from "@/components/chart/metric-lines";
import { MetricTable } from "@/components/chart/metric-table";
import { ExactTime } from "@/components/time/exact-time";

// Drawn in the browser alone: it needs to know how wide it may be, and most promotions measure nothing.
const MetricPlot = dynamic(() => import("@/components/chart/metric-plot"), { ssr: false });

/** A metric over time against its baseline and limit, with its newest numbers in words and all of them as a table. */
export function MetricChart({ metric }: { metric: ChartedMetric }) {
  const newest = metric.points.at(-1);
  const worst = worstPoint(metric);
  const names = lineNames(metric);
  const limit = newest?.max ?? newest?.min;
  return (
    <figure className="chart">
      <div className="chart__plot" aria-hidden="true">
        <MetricPlot metric={metric} />
      </div>
      <figcaption className="chart__key">
        <span className="chart__sample">
          {names.value} <b>{numberWords(newest?.value, metric)}</b>
        </span>
        {metric.comparedWith ? (
          <span className="chart__sample chart__sample--baseline">
            {names.baseline} <b>{numberWords(newest?.baseline, metric)}</b>
          </span>
        ) : null}
        {limit === null || limit === undefined ? null : (
          <span className="chart__sample chart__sample--limit">
            limit <b>{numberWords(limit, metric)}</b>
          </span>
        )}
        <span>
          {worst ? (
            <>
              {worst.max === null && worst.min !== null ? "lowest" : "highest"} {numberWords(worst.value, metric)} at{" "}
              <ExactTime at={worst.at} />
            </>
          ) : (
            "no number yet"
          )}
        </span>
      </figcaption>
      <MetricTable metric={metric} />
    </figure>
  );
}
