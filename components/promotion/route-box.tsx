import type { ReactNode } from "react";
import { Box } from "@/components/sheet/box";
import { Route, type RouteStop } from "@/components/sheet/route";
import { Duration } from "@/components/time/duration";
import { ExactTime } from "@/components/time/exact-time";
import { useNow } from "@/components/time/now";
import { Until } from "@/components/time/relative-time";
import type { PromotionView } from "@/lib/queries/promotion-page";
import type { RouteStation } from "@/lib/queries/promotion-route";

/** The way of a promotion with the time each station took. */
export function RouteBox({ number, view }: { number: number; view: PromotionView }) {
  const now = useNow(1_000);
  const took = (
    <>
      <Duration from={view.requestedAt} to={view.ended ? view.since : undefined} /> {view.ended ? "in all" : "so far"}
    </>
  );
  return (
    <Box number={number} title="Steps" note={took}>
      <Route label="Steps" stops={view.route.map((station) => stopOf(station, now))} />
    </Box>
  );
}

function stopOf(station: RouteStation, now: number): RouteStop {
  const { id, title, phase, state, from, expectedAt } = station;
  return { id, title, phase, state, lines: linesOf(station), progress: progressOf(from, expectedAt, now) };
}

function linesOf({ phase, from, until, note, expectedAt }: RouteStation): ReactNode[] {
  const lines: ReactNode[] = [];
  if (from) lines.push(<ExactTime at={from} />);
  if (from && phase === "now") lines.push(expectedAt ? <Until at={expectedAt} /> : <Duration from={from} />);
  if (from && until) lines.push(<Duration from={from} to={until} />);
  if (note) lines.push(note);
  return lines;
}

function progressOf(from: string | undefined, expectedAt: string | undefined, now: number): RouteStop["progress"] {
  if (!from || !expectedAt) return undefined;
  const whole = Date.parse(expectedAt) - Date.parse(from);
  if (whole <= 0) return undefined;
  const value = Math.min(1, Math.max(0, (now - Date.parse(from)) / whole));
  return { value, label: `${Math.round(value * 100)} % of the watch period` };
}
