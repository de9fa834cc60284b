import { DelegatedAnalysisBox, DelegatedBox } from "@/components/promotion/delegated-box";
import { SheetRow } from "@/components/sheet/sheet";
import type { PromotionView } from "@/lib/queries/promotion-page";

/** How many boxes there are. */
export function delegatedBoxes({ delegated }: PromotionView): number {
  return delegated.reduce((sum, { seen }) => sum + 1 + (seen?.analyses.length ?? 0), 0);
}

/** What the controllers say that carry out rollouts of this promotion, and their analyses with it. */
export function DelegatedBoxes({ view: { delegated }, number }: { view: PromotionView; number: number }) {
  let next = number;
  return delegated.flatMap((one) => [
    <SheetRow key={one.service}>
      <DelegatedBox number={next++} view={one} />
    </SheetRow>,
    ...(one.seen?.analyses ?? []).map((analysis) => (
      <SheetRow key={`${one.service} ${analysis.name}`}>
        <DelegatedAnalysisBox number={next++} analysis={analysis} isOn={one.isOn} />
      </SheetRow>
    )),
  ]);
}
