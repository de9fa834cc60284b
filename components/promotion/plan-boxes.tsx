import { planRisks } from "@/components/promotion/plan-risks";
import { planSteps } from "@/components/promotion/plan-steps";
import { Box } from "@/components/sheet/box";
import { Bullets } from "@/components/sheet/bullets";
import { Facts } from "@/components/sheet/facts";
import { Route } from "@/components/sheet/route";
import { Stamp } from "@/components/state/stamp";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { ServiceFacts } from "@/lib/queries/plan-facts";
import type { PreviewView } from "@/lib/queries/promote-preview";

interface PlanBoxProps {
  number?: number;
  plan: Plan;
}

type CanaryGround = PreviewView["grounds"][number];

interface StrategyBoxProps extends PlanBoxProps {
  facts?: readonly ServiceFacts[];
  /** How the places of its canaries were found; empty where there are none, or it is too late to look. */
  grounds?: readonly CanaryGround[];
}

/** What would be done, step by step, with the limits that the policy sets. */
export function StrategyBox({ number, plan, facts, grounds = [] }: StrategyBoxProps) {
  const steps = planSteps(plan, facts);
  return (
    <Box
      number={number}
      title="What it does"
      note={`${steps.length} steps, in this order`}
      answer={<OnFailure plan={plan} />}
    >
      <Route
        label="Steps of the plan"
        stops={steps.map(({ id, title, lines, touches }) => ({ id, title, lines, key: touches }))}
      />
      {grounds.length > 0 ? (
        <div className="mt-3">
          <Bullets items={grounds.map((ground) => ({ id: ground.service, ...groundItem(ground) }))} />
        </div>
      ) : null}
    </Box>
  );
}

const groundStates = { possible: "pass", impossible: "fail", unknown: "unknown" } as const;

/** Whether a canary can stand where it is to: its route, its Services, the labels that tell its pods apart. */
function groundItem({ service, standing, why, seenAt }: CanaryGround) {
  const seen = seenAt === null ? null : <RelativeTime at={seenAt} />;
  const text =
    standing === "possible" ? (
      <>
        <b>{service}</b>: the place of its canary is as it must be, seen {seen}
      </>
    ) : standing === "impossible" ? (
      <>
        <b>{service}</b>: {why}; seen {seen}
      </>
    ) : (
      <>
        <b>{service}</b>: whether its canary can stand there is not known{why ? `: ${why}` : ""}; the first step looks
      </>
    );
  return { state: groundStates[standing], text };
}

function OnFailure({ plan }: { plan: Plan }) {
  if (plan.kind === "rollback") return "where it fails, a person decides";
  return plan.onFailure === "rollBack"
    ? "where it fails, it goes back by itself"
    : "where it fails, the environment is held";
}

/** What stands out in the plan; derived from facts, with no grade that nobody gave. */
export function RiskBox({ number, plan, facts }: PlanBoxProps & { facts: readonly ServiceFacts[] }) {
  const risks = planRisks(plan, facts);
  const looks = risks.filter((risk) => risk.weight === "look").length;
  return (
    <Box number={number} title="Risk" answer={<RiskAnswer looks={looks} />}>
      {risks.length === 0 ? <p className="note">The facts that Waybill has show nothing out of the ordinary.</p> : null}
      <RiskList plan={plan} facts={facts} />
    </Box>
  );
}

/** The same as a plain list; for the phone's slip. */
export function RiskList({ plan, facts }: { plan: Plan; facts: readonly ServiceFacts[] }) {
  return (
    <Bullets
      items={planRisks(plan, facts).map(({ id, weight, title, text }) => ({
        id,
        state: weight === "look" ? "degraded" : undefined,
        text: (
          <>
            <b>{title}</b> {text}
          </>
        ),
      }))}
    />
  );
}

export function RiskAnswer({ looks }: { looks: number }) {
  return looks === 0 ? (
    <State name="pass">nothing stands out</State>
  ) : (
    <Stamp name="degraded">{looks} to look at</Stamp>
  );
}

/** Where a plan comes from and what it is bound to. */
export function PlanFactsList({ plan }: { plan: Plan }) {
  return (
    <Facts
      facts={[
        { name: "release", value: plan.release, mono: true },
        plan.severity && { name: "severity", value: <b>{plan.severity}</b> },
        { name: "policy", value: `version ${plan.policyVersion} of the project file` },
        {
          name: "queue",
          value: plan.queue === "newest" ? "a newer request takes its place" : "first come, first served",
        },
      ]}
    />
  );
}
