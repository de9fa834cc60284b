"use client";

import dynamic from "next/dynamic";
import { Box } from "@/components/sheet/box";
import { SignalNumbers } from "@/components/signals/signal-numbers";
import { SignalValue, Standing } from "@/components/signals/signal-value";
import { budgetStanding, budgetWords, limitWords, signalName, targetWords } from "@/components/signals/signal-words";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { BudgetView, PlaceSignals, SignalView } from "@/lib/queries/place-signals";
import type { ServiceSignalsView, SignalHistory } from "@/lib/queries/service-signals";

const SignalChart = dynamic(() => import("@/components/signals/signal-chart"), { ssr: false });

const columns = [
  { key: "name", head: "signal", width: "24%" },
  { key: "now", head: "now", width: "26%" },
  { key: "chart", head: "over time" },
];

interface PlaceSignalsBoxProps {
  number: number;
  place: ServiceSignalsView["places"][number];
  asOf: string;
  spanMs: number;
}

/** The signals of a service in one environment: each number, how it went, and why one is not known. */
export function PlaceSignalsBox({ number, place, asOf, spanMs }: PlaceSignalsBoxProps) {
  const { environment, signals, history, budgets } = place;
  const read = signals.map(({ at }) => at ?? "").sort();
  const newest = read.at(-1);
  return (
    <Box
      number={number}
      title={`Signals in ${environment}`}
      id={`signals-${environment}`}
      note={
        newest ? (
          <>
            read <RelativeTime at={newest} />
          </>
        ) : undefined
      }
      flush
    >
      <Lines caption={`Signals of ${environment}`} columns={columns} heads tall stack>
        {signals.map((signal) => (
          <SignalLine key={signal.name} signal={signal} history={history} asOf={asOf} spanMs={spanMs} />
        ))}
        <RestartsLine place={place} />
        {budgets.map((budget) => (
          <BudgetLine key={budget.slo} budget={budget} />
        ))}
      </Lines>
      <SignalNumbers environment={environment} signals={signals} history={history} />
    </Box>
  );
}

interface SignalLineProps {
  signal: SignalView;
  history: SignalHistory;
  asOf: string;
  spanMs: number;
}

function SignalLine({ signal, history, asOf, spanMs }: SignalLineProps) {
  const to = Date.parse(asOf);
  const own = history.numbers[signal.name] ?? [];
  const all = history.at.map((at, index) => ({ at: Date.parse(at), value: own[index] ?? null }));
  const points = withGaps(all.filter(({ at }) => at >= to - spanMs));
  const limits = limitWords(signal);
  const known = points.some(({ value }) => value !== null);
  return (
    <tr className={signal.standing === "bad" ? "is-open" : undefined}>
      <th scope="row">
        {signalName(signal.name)}
        {limits ? <span className="muted block small font-regular">{limits}</span> : null}
      </th>
      <td className="lines__side">
        <SignalValue signal={signal} />
      </td>
      <td>
        {known ? (
          <div className="signal-chart" aria-hidden>
            <SignalChart signal={signal} points={points} from={beginOf(points, to, spanMs)} to={to} />
          </div>
        ) : signal.query ? (
          <span className="muted small">nothing was read yet</span>
        ) : null}
      </td>
    </tr>
  );
}

/** What began lately is drawn over a quarter of an hour, not over a day that knows nothing of it. */
function beginOf(points: readonly Point[], to: number, spanMs: number): number {
  return Math.max(to - spanMs, Math.min(points[0]?.at ?? to, to - 15 * 60_000));
}

interface Point {
  at: number;
  value: number | null;
}

/** The line ends where nothing was read: points are a minute apart, older ones five. */
function withGaps(points: readonly Point[]): Point[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const isGap = before !== undefined && point.at - before.at > 6 * 60_000;
    return isGap ? [{ at: before.at + 1, value: null }, point] : [point];
  });
}

function RestartsLine({ place: { restarts, ready, desired, unseen } }: { place: PlaceSignals }) {
  return (
    <tr>
      <th scope="row">restarts</th>
      <td className="lines__side">
        {restarts === null ? (
          <>
            <Standing standing="unknown">unknown</Standing>
            <span className="muted block small">{unseen}</span>
          </>
        ) : (
          <Standing standing="measured">{restarts}</Standing>
        )}
      </td>
      <td className="muted small">
        {restarts === null ? null : `of the pods that are there: ${ready} of ${desired} ready`}
      </td>
    </tr>
  );
}

function BudgetLine({ budget }: { budget: BudgetView }) {
  const words = budgetWords(budget);
  return (
    <tr>
      <th scope="row">
        error budget
        <span className="muted block small font-regular">
          {budget.slo}: {targetWords(budget)}
        </span>
      </th>
      <td className="lines__side">
        <Standing standing={budgetStanding(budget)}>{words ?? "unknown"}</Standing>
        {words === undefined ? <span className="muted block small">{budget.why}</span> : null}
      </td>
      <td className="muted small">
        {budget.burnRate === null
          ? null
          : `burns ${Math.round(budget.burnRate * 10) / 10} × as fast as it may, in the last hour`}
      </td>
    </tr>
  );
}
