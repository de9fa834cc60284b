"use client";

import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { type ChartedMetric, lineNames, numberWords, roomForWords, valueTicks } from "@/components/chart/metric-lines";
import { clockWords } from "@/components/time/time-words";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { MetricView } from "@/lib/queries/promotion-metrics";

/** The axis is never shorter, in milliseconds: its marks would all say the same second. */
const spanMin = 10_000;

/** Only what a check came to by a decision is drawn; that it goes on as before is not. */
const decided: Partial<Record<CheckState["status"], { word: string; tone: string }>> = {
  good: { word: "good", tone: "tone-ok" },
  passed: { word: "pass", tone: "tone-ok" },
  failed: { word: "failed", tone: "tone-fail" },
  unknown: { word: "unknown", tone: "tone-none" },
};

/** The drawing of a metric, for the eye: the figure around it says the same in words and as a table. */
export default function MetricPlot({ metric }: { metric: ChartedMetric }) {
  const whole = metric.whole ?? metric;
  const points = metric.points.map((point) => ({ ...point, time: Date.parse(point.at) }));
  const [only, ...others] = points;
  const first = timeOf(whole.points[0]);
  const last = Math.max(first, timeOf(whole.points.at(-1)));
  // A limit and a baseline are lines from the first moment on; what was measured once is one point.
  const drawn = only && others.length === 0 ? [only, { ...only, value: null, time: first + spanMin }] : points;
  const names = lineNames(metric);
  const ticks = valueTicks(whole);
  const marks = metric.decisions.flatMap(({ at, status }) => {
    const mark = decided[status];
    const time = Date.parse(at);
    return mark && time >= first && time <= last ? [{ ...mark, at, share: (time - first) / (last - first) }] : [];
  });
  const hasRoom = roomForWords(marks.map(({ share }) => share));
  const now = metric.at === undefined ? undefined : Date.parse(metric.at);
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 168 }}>
      <LineChart data={drawn} margin={{ top: 18, right: 12, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} />
        <XAxis
          dataKey="time"
          type="number"
          domain={[first, Math.max(last, first + spanMin)]}
          tickFormatter={(time: number) => clockWords(time, "time")}
          tickLine={false}
          minTickGap={40}
          height={20}
        />
        <YAxis
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          ticks={ticks}
          interval={0}
          tickFormatter={(value: number) => numberWords(value, metric).replace(" ", "\u00a0")}
          tickLine={false}
          axisLine={false}
          width={60}
        />
        <Tooltip isAnimationActive={false} content={<Tip metric={metric} names={names} />} />
        {marks.map(({ at, share, word, tone }, index) => (
          <ReferenceLine
            key={at}
            x={Date.parse(at)}
            className={`chart__decision ${tone}`}
            label={hasRoom[index] ? { value: word, position: "top", dx: awayFromEdge(share) } : undefined}
          />
        ))}
        {now !== undefined && now > first && now < last ? <ReferenceLine x={now} className="chart__now" /> : null}
        {(["max", "min"] as const).map((limit) => (
          <Line key={limit} dataKey={limit} className="chart__limit" dot={false} isAnimationActive={false} />
        ))}
        <Line dataKey="baseline" className="chart__baseline" dot={false} isAnimationActive={false} />
        <Line
          dataKey="value"
          className="chart__value"
          dot={points.length < 3 ? { r: 3.5, className: "chart__dot" } : false}
          isAnimationActive={false}
        />
      </LineChart>
    </ResponsiveContainer>
  );
}

/** The word of a mark beside an edge stands to its side: above it, it would lie over the axis or be cut off. */
function awayFromEdge(share: number): number {
  if (share < 0.12) return 24;
  return share > 0.94 ? -16 : 0;
}

function timeOf(point: MetricView["points"][number] | undefined): number {
  return point === undefined ? 0 : Date.parse(point.at);
}

interface TipProps {
  metric: MetricView;
  names: { value: string; baseline: string };
  active?: boolean;
  payload?: readonly { payload?: MetricView["points"][number] }[];
}

function Tip({ metric, names, active, payload }: TipProps) {
  const point = payload?.[0]?.payload;
  if (!active || !point) return null;
  const lines = [
    `${names.value} ${numberWords(point.value, metric)}`,
    point.baseline === null ? "" : `${names.baseline} ${numberWords(point.baseline, metric)}`,
    point.max === null ? "" : `at most ${numberWords(point.max, metric)}`,
    point.min === null ? "" : `at least ${numberWords(point.min, metric)}`,
  ].filter(Boolean);
  return (
    <div className="chart__tip">
      <b>{clockWords(Date.parse(point.at), "time")}</b>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}
