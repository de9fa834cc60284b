import type { OverrideGate } from "@/components/override/override-gate-button";
import { CauseBox } from "@/components/promotion/cause-box";
import { ChangesBox } from "@/components/promotion/changes-box";
import { ChecklistItems, type Ticking } from "@/components/promotion/checklist-items";
import { ChecksBox } from "@/components/promotion/checks-box";
import { DelegatedBoxes, delegatedBoxes } from "@/components/promotion/delegated-boxes";
import { FromTo } from "@/components/promotion/from-to";
import { tallyWords } from "@/components/promotion/gate-words";
import { GatesTable } from "@/components/promotion/gates-table";
import { MetricBoxes } from "@/components/promotion/metric-boxes";
import { RiskBox, StrategyBox } from "@/components/promotion/plan-boxes";
import { PlannedVerificationBox } from "@/components/promotion/planned-verification-box";
import { PodsBox } from "@/components/promotion/pods-box";
import { PodsNotKept } from "@/components/promotion/pods-not-kept";
import { RollbackBox } from "@/components/promotion/rollback-box";
import { RolloutStepsBox } from "@/components/promotion/rollout-steps-box";
import { RouteBox } from "@/components/promotion/route-box";
import { Signatures } from "@/components/promotion/signatures";
import { StandsBox } from "@/components/promotion/stands-box";
import type { PromotionAction } from "@/components/promotion/stop-sheet";
import { TagsBox } from "@/components/promotion/tags-box";
import { TrafficBox } from "@/components/promotion/traffic-box";
import { Box } from "@/components/sheet/box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import type { PromotionView } from "@/lib/queries/promotion-page";

interface PromotionSheetProps {
  view: PromotionView;
  unblockAction: PromotionAction;
  /** For whoever may let a closed gate pass. */
  override?: OverrideGate;
  /** Absent where the plan that the reader has seen is not the current one. */
  ticking?: Ticking;
  /** A moment that has passed: what nobody wrote down of it is said to be so. */
  isReplayed?: boolean;
}

/** The promotion as a form with numbered boxes; those without content are left out, so that the numbers have no gaps. */
export function PromotionSheet({ view, unblockAction, override, ticking, isReplayed }: PromotionSheetProps) {
  const { plan, phase, facts } = view;
  const isWaiting = phase === "waiting" || phase === "queued";
  // Once it has ended and something else should run there, what is seen is not its doing any more.
  const hasPods =
    !isWaiting && view.seen.some((one) => one.pods.length > 0) && (!view.ended || view.seen.some((one) => one.own));
  let number = 0;
  const next = (step = 1) => {
    number += step;
    return number - step + 1;
  };
  return (
    <Sheet label="Promotion">
      <SheetRow>
        <StandsBox number={next()} view={view} />
      </SheetRow>
      <SheetRow>
        <RouteBox number={next()} view={view} />
      </SheetRow>
      {view.rollouts.length > 0 ? (
        <SheetRow>
          <RolloutStepsBox
            number={next()}
            rollouts={view.rollouts}
            keptUntil={view.due.find((one) => one.kind === "retire")?.dueAt ?? null}
            isOn={phase === "rollingOut"}
          />
        </SheetRow>
      ) : null}
      {view.rollouts.flatMap(({ service, steps }) =>
        steps
          .filter(({ jobs }) => jobs.length > 0)
          .map(({ id, jobs }) => (
            <SheetRow key={`${service}:${id}`}>
              <ChecksBox
                number={next()}
                checks={jobs}
                title={jobs.length === 1 ? "Job before the switch" : "Jobs before the switch"}
                logsOf={view}
                isOn={phase === "rollingOut"}
              />
            </SheetRow>
          )),
      )}
      {view.canaries
        .filter((one) => one.isOn)
        .map((canary) => (
          <SheetRow key={canary.service}>
            <TrafficBox number={next()} canary={canary} isReplayed={isReplayed} />
          </SheetRow>
        ))}
      {view.canaries
        .filter((one) => one.checks.length > 0)
        .map((canary) => (
          <SheetRow key={canary.service}>
            <ChecksBox
              number={next()}
              checks={canary.checks}
              title={`Canary at ${canary.analysed} %`}
              note={canary.isOn ? "compared with the stable version" : "as it was compared last"}
            />
          </SheetRow>
        ))}
      <DelegatedBoxes view={view} number={next(delegatedBoxes(view))} />
      {view.cause || view.why ? (
        <SheetRow>
          <CauseBox number={next()} view={view} unblockAction={unblockAction} />
        </SheetRow>
      ) : null}
      {isWaiting ? <FromTo plan={plan} facts={facts} number={next(plan.services.length === 1 ? 2 : 1)} /> : null}
      {isWaiting ? (
        <SheetRow boxes={2}>
          <RollbackBox number={next()} plan={plan} facts={facts} />
          <RiskBox number={next()} plan={plan} facts={facts} />
        </SheetRow>
      ) : null}
      {isWaiting ? (
        <SheetRow>
          <ChangesBox number={next()} plan={plan} facts={facts} />
        </SheetRow>
      ) : null}
      <MetricBoxes view={view} number={next(view.metrics.length)} />
      {view.checks.length > 0 ? (
        <SheetRow>
          <ChecksBox number={next()} checks={view.checks} logsOf={view} isOn={phase === "verifying"} />
        </SheetRow>
      ) : null}
      {isReplayed ? (
        <SheetRow>
          <PodsNotKept number={next()} orders={view.orders} />
        </SheetRow>
      ) : null}
      {hasPods ? (
        <SheetRow>
          <PodsBox
            number={next()}
            seen={view.seen}
            canaries={view.canaries.filter((one) => one.isOn)}
            colours={view.colours}
          />
        </SheetRow>
      ) : null}
      <SheetRow>
        <Box
          number={next()}
          title={isWaiting ? "Gates" : "Gates, as they stood"}
          note={`${tallyWords(view.verdicts)}, with their evidence`}
          answer={`policy v${plan.policyVersion}`}
          flush
        >
          <GatesTable
            verdicts={view.verdicts}
            override={override}
            checklist={(gate) => {
              const found = view.checklists.find((one) => one.gate === gate);
              return found ? <ChecklistItems checklist={found} ticking={ticking} /> : undefined;
            }}
            signatures={view.signatures.length > 0 ? <Signatures view={view} /> : undefined}
          />
        </Box>
      </SheetRow>
      {isWaiting ? (
        <SheetRow>
          <StrategyBox number={next()} plan={plan} facts={facts} />
        </SheetRow>
      ) : null}
      {isWaiting ? (
        <SheetRow>
          <PlannedVerificationBox number={next()} plan={plan} />
        </SheetRow>
      ) : null}
      {view.tags.length > 0 ? (
        <SheetRow>
          <TagsBox number={next()} view={view} />
        </SheetRow>
      ) : null}
    </Sheet>
  );
}
