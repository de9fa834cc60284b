"use client";

import { CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from "recharts";
import { numberWords } from "@/components/signals/signal-words";
import { clockWords } from "@/components/time/time-words";
import type { SignalView } from "@/lib/queries/place-signals";

interface SignalChartProps {
  signal: SignalView;
  points: { at: number; value: number | null }[];
  from: number;
  to: number;
}

/** One signal over time, a gap where nothing is known. The table beside it says the same in numbers. */
export default function SignalChart({ signal, points, from, to }: SignalChartProps) {
  const known = points.filter(({ value }) => value !== null).length;
  const highest = Math.max(...points.map(({ value }) => value ?? 0), 0);
  // A limit far above every number would press the line onto the axis.
  const limits = [
    { value: signal.warn, color: "var(--color-warn)" },
    { value: signal.bad, color: "var(--color-fail)" },
  ].filter((limit): limit is { value: number; color: string } => limit.value !== null && limit.value <= highest * 4);
  const top = Math.max(highest, ...limits.map(({ value }) => value)) * 1.15 || 1;
  return (
    <LineChart
      accessibilityLayer={false}
      responsive
      style={{ width: "100%", height: "100%" }}
      data={points}
      margin={{ top: 2, right: 2, bottom: 2, left: 2 }}
    >
      <CartesianGrid horizontal={false} vertical={false} />
      <XAxis dataKey="at" type="number" domain={[from, to]} hide allowDataOverflow />
      <YAxis domain={[0, top]} hide />
      {limits.map(({ value, color }) => (
        <ReferenceLine key={value} y={value} stroke={color} strokeDasharray="4 3" />
      ))}
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: "var(--color-rule-strong)" }}
        content={({ active, payload }) => {
          const [one] = payload ?? [];
          if (!active || typeof one?.value !== "number") return null;
          const { at } = one.payload as { at: number };
          return (
            <span className="signal-tip">
              {numberWords(signal, one.value)}, {clockWords(at, "time")}
            </span>
          );
        }}
      />
      <Line
        dataKey="value"
        type="linear"
        stroke="var(--color-carbon)"
        strokeWidth={1.5}
        dot={known < 2 ? { r: 2, fill: "var(--color-carbon)", strokeWidth: 0 } : false}
        activeDot={{ r: 3 }}
        isAnimationActive={false}
      />
    </LineChart>
  );
}
