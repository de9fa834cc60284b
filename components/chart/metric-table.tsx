import { lineNames, numberWords } from "@/components/chart/metric-lines";
import { ExactTime } from "@/components/time/exact-time";
import type { MetricView } from "@/lib/queries/promotion-metrics";

/** So many rows are read aloud at most; the drawing has more points. */
const rowsMax = 24;

/** A chart's numbers for those who do not see it, the newest first. */
export function MetricTable({ metric }: { metric: MetricView }) {
  const names = lineNames(metric);
  const every = Math.max(1, Math.ceil(metric.points.length / rowsMax));
  const rows = metric.points.toReversed().filter((_, index) => index % every === 0);
  return (
    // A table is never narrower than its words: what hides it is around it.
    <div className="sr">
      <table>
        <caption>{`${metric.title}, ${metric.service}: ${metric.measured} measurements, the newest first`}</caption>
        <thead>
          <tr>
            <th scope="col">at</th>
            <th scope="col">{names.value}</th>
            {metric.comparedWith ? <th scope="col">{names.baseline}</th> : null}
            <th scope="col">limit</th>
            <th scope="col">judged</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((point) => (
            <tr key={point.at}>
              <th scope="row">
                <ExactTime at={point.at} />
              </th>
              <td>{numberWords(point.value, metric)}</td>
              {metric.comparedWith ? <td>{numberWords(point.baseline, metric)}</td> : null}
              <td>{numberWords(point.max ?? point.min, metric)}</td>
              <td>{point.outcome}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
