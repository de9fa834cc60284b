import { ChangesBox } from "@/components/promotion/changes-box";
import { FromTo } from "@/components/promotion/from-to";
import { GatesTable } from "@/components/promotion/gates-table";
import { RiskBox, StrategyBox } from "@/components/promotion/plan-boxes";
import { PlannedVerificationBox } from "@/components/promotion/planned-verification-box";
import { RollbackBox } from "@/components/promotion/rollback-box";
import { Box } from "@/components/sheet/box";
import { Path, type PathStop } from "@/components/sheet/path";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import { RelativeTime } from "@/components/time/relative-time";
import type { PreviewView } from "@/lib/queries/promote-preview";

/** The plan as a form with numbered boxes. */
export function PreviewSheet({ view }: { view: PreviewView }) {
  const { plan, facts, verdicts } = view;
  // What runs and what would run are two boxes for one service, and one list for several.
  let number = 1;
  const next = (step = 1) => {
    const own = number;
    number += step;
    return own;
  };
  return (
    <Sheet label="Plan">
      {plan.services.length === 1 && plan.kind === "promote" ? <Path stops={pathOf(view)} /> : null}
      <FromTo plan={plan} facts={facts} number={next(plan.services.length === 1 ? 2 : 1)} />
      <SheetRow boxes={2}>
        <RollbackBox number={next()} plan={plan} facts={facts} />
        <RiskBox number={next()} plan={plan} facts={facts} />
      </SheetRow>
      <SheetRow>
        <Box
          number={next()}
          title="Gates"
          note={
            <>
              {verdicts.length}, evaluated <RelativeTime at={view.asOf} /> by the function that decides the request
            </>
          }
          answer={`policy v${plan.policyVersion}`}
          flush
        >
          <GatesTable verdicts={verdicts} />
        </Box>
      </SheetRow>
      <SheetRow>
        <ChangesBox number={next()} plan={plan} facts={facts} />
      </SheetRow>
      <SheetRow>
        <StrategyBox number={next()} plan={plan} facts={facts} grounds={view.grounds} />
      </SheetRow>
      <SheetRow>
        <PlannedVerificationBox number={next()} plan={plan} />
      </SheetRow>
    </Sheet>
  );
}

/** Where this digest succeeded so far, and where it would go. */
function pathOf({ plan, facts }: PreviewView): PathStop[] {
  const [fact] = facts;
  const stops: PathStop[] = [];
  if (fact?.to?.builtAt) stops.push({ name: "built", note: <RelativeTime at={fact.to.builtAt} /> });
  for (const { environment, verifiedAt } of fact?.path ?? []) {
    if (environment === plan.environment) {
      stops.push({ name: environment, note: "next", next: true });
      break;
    }
    stops.push({ name: environment, note: verifiedAt ? <Succeeded at={verifiedAt} /> : "not yet" });
  }
  return stops;
}

function Succeeded({ at }: { at: string }) {
  return (
    <>
      succeeded <RelativeTime at={at} />
    </>
  );
}
