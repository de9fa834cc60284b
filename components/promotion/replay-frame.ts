import { withChanges } from "@/lib/pipeline/plain-changes";
import type { MetricView } from "@/lib/queries/promotion-metrics";
import type { PromotionView } from "@/lib/queries/promotion-page";
import type { ReplayFrame, ReplayMoment, ReplayView } from "@/lib/queries/promotion-replay";

/** The place of the moment that an entry led to: the last one that is not after it, or the first. */
export function placeOf(moments: readonly Pick<ReplayMoment, "seq">[], entry: number): number {
  return Math.max(
    0,
    moments.findLastIndex((moment) => moment.seq <= entry),
  );
}

/** Everything as it was at a moment: what each one up to there changed, one over the other. */
export function frameAt(moments: readonly ReplayMoment[], place: number): ReplayFrame {
  // The first moment's change is the whole frame.
  return withChanges(
    undefined,
    moments.slice(0, place + 1).flatMap((moment) => moment.changes),
  ) as ReplayFrame;
}

/** A promotion's page as it was at a moment. What is only known of now (pods, what is due) is left out. */
export function replayedView(view: PromotionView, { moments }: ReplayView, place: number): PromotionView {
  const moment = moments[place];
  if (!moment) return view;
  const entries = moments.slice(0, place + 1);
  return {
    ...view,
    ...frameAt(moments, place),
    asOf: moment.at,
    // What is measured only later has no box yet.
    metrics: view.metrics.map((metric) => metricUntil(metric, moment.at)).filter(({ points }) => points.length > 0),
    blocks: entries.some((one) => one.kind === "digest.blocked") ? view.blocks : [],
    ...{ due: [], seen: [], delegated: [], colours: [], ahead: null },
    // What is offered would be done now.
    rights: { ...view.rights, unblock: false },
  };
}

/** What was measured until a moment, on the axes of all of it. */
export function metricUntil(metric: MetricView, at: string): MetricView & { whole: MetricView; at: string } {
  const until = Date.parse(at);
  const isBefore = (one: { at: string }) => Date.parse(one.at) <= until;
  const points = metric.points.filter(isBefore);
  return {
    ...metric,
    points,
    measured: points.length,
    decisions: metric.decisions.filter(isBefore),
    ...{ whole: metric, at },
  };
}
