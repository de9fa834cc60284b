import { MetricChart } from "@/components/chart/metric-chart";
import { Box } from "@/components/sheet/box";
import { SheetRow } from "@/components/sheet/sheet";
import { State } from "@/components/state/state";
import type { StateName } from "@/components/state/state-language";
import type { Outcome } from "@/lib/pipeline/verification/outcome";
import type { MetricView } from "@/lib/queries/promotion-metrics";
import type { PromotionView } from "@/lib/queries/promotion-page";

const states: Record<Outcome, { name: StateName; word: string }> = {
  pass: { name: "pass", word: "within" },
  fail: { name: "fail", word: "outside" },
  inconclusive: { name: "unknown", word: "inconclusive" },
  error: { name: "errored", word: "wrong question" },
};

interface MetricBoxesProps {
  view: PromotionView;
  /** The number of the first box; the others follow. */
  number: number;
}

/** Each metric that was measured in a box of its own, two in a row. */
export function MetricBoxes({ view: { metrics, plan }, number }: MetricBoxesProps) {
  const rows = metrics.flatMap((_, index) => (index % 2 === 0 ? [metrics.slice(index, index + 2)] : []));
  const manyServices = plan.services.length > 1;
  return rows.map((row, line) => (
    <SheetRow key={row[0]?.checkId} boxes={row.length === 2 ? 2 : undefined}>
      {row.map((metric, place) => (
        <MetricBox key={metric.checkId} number={number + line * 2 + place} metric={metric} withService={manyServices} />
      ))}
    </SheetRow>
  ));
}

function MetricBox({ number, metric, withService }: { number: number; metric: MetricView; withService: boolean }) {
  const newest = metric.points.at(-1);
  const limit = metric.title.slice(metric.name.length).trim();
  const notes = [limit, withService ? metric.service : "", metric.dryRun ? "decides nothing" : ""];
  return (
    <Box
      number={number}
      title={metric.name}
      note={notes.filter(Boolean).join(", ")}
      answer={newest ? <State name={states[newest.outcome].name}>{states[newest.outcome].word}</State> : undefined}
    >
      <MetricChart metric={metric} />
    </Box>
  );
}
