import { planRisks } from "@/components/promotion/plan-risks";
import { checkCount, checkWords, planSteps } from "@/components/promotion/plan-steps";
import { Box } from "@/components/sheet/box";
import { Bullets } from "@/components/sheet/bullets";
import { type Fact, Facts } from "@/components/sheet/facts";
import { Route } from "@/components/sheet/route";
import { Stamp } from "@/components/state/stamp";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { spanWords } from "@/components/time/time-words";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { type MetricPolicy, needsBaseline } from "@/lib/pipeline/policy/metric";
import { triggerWords } from "@/lib/pipeline/policy/trigger";
import type { HealthCheck, JobPolicy } from "@/lib/pipeline/policy/verification";
import { jobTitle, plannedJobFacts } from "@/lib/pipeline/verification/job-checks";
import { metricTitle } from "@/lib/pipeline/verification/judge-metric";
import { checkAddress, watchMsOf } from "@/lib/pipeline/verification/start";
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

/** What is checked after the rollout, and for how long. */
export function VerificationBox({ number, plan }: PlanBoxProps) {
  const { health, smoke, jobs = [], metrics = [], rollBackWhen = [] } = plan.verification;
  const watchMs = watchMsOf(plan);
  const facts: Fact[] = [
    { name: "digest", value: "every pod runs the promised bytes" },
    ...health.map((check) => ({ name: "health", value: <Endpoint {...check} url={addressOf(plan, check.url)} /> })),
    ...smoke.map((check) => ({ name: "smoke", value: <Endpoint {...check} url={addressOf(plan, check.url)} /> })),
    ...jobs.map((job) => ({ name: "job", value: <Job plan={plan} job={job} /> })),
    ...metrics.map((metric) => ({ name: "metric", value: <Metric {...metric} /> })),
    ...rollBackWhen.map((trigger) => ({ name: "back at once", value: `when ${triggerWords(trigger)}` })),
    { name: "watch", value: watchMs > 0 ? `all of it for ${spanWords(watchMs)}` : "none: once is enough" },
  ];
  return (
    <Box number={number} title="Verification" note={checkWords(checkCount(plan))}>
      <dl className="facts">
        {facts.map((fact, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: checks of a plan have a place and no name
          <div key={index} className="contents">
            <dt>{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
    </Box>
  );
}

/** With its placeholders filled in, where there is only one service to fill them with. */
function addressOf(plan: Plan, template: string): string {
  const [only, ...more] = plan.services;
  return only && more.length === 0 ? checkAddress(plan, only, template) : template;
}

/** Its start with what is known already, where there is only one service to fill it in with. */
function Job({ plan, job }: { plan: Plan; job: JobPolicy }) {
  const [only, ...more] = plan.services;
  const facts = only && more.length === 0 ? plannedJobFacts(plan, only) : {};
  const said = job.onInconclusive === "hold" ? ", else a person decides" : "";
  return (
    <>
      <span className="mono">{jobTitle(job, facts).replace(/^job /, "")}</span> succeeds within{" "}
      {spanWords(job.timeoutMs)}
      {said}
    </>
  );
}

function Metric(metric: MetricPolicy) {
  const { forMs, windowMs, baseline, dryRun } = metric;
  const parts = [
    metricTitle(metric),
    forMs ? `for ${spanWords(forMs)}` : "",
    needsBaseline(metric) && baseline === undefined && windowMs
      ? `compared with the ${spanWords(windowMs)} before`
      : "",
    dryRun ? "measured only, decides nothing" : "",
  ];
  return <>{parts.filter(Boolean).join(", ")}</>;
}

function Endpoint({ url, status, forMs, latencyMsMax, headers = {}, certificateMsMin }: HealthCheck) {
  const names = Object.keys(headers);
  const more = [
    latencyMsMax ? `within ${latencyMsMax} ms` : "",
    names.length > 0 ? `with ${names.join(", ")}` : "",
    certificateMsMin ? `its certificate valid for ${spanWords(certificateMsMin)} more` : "",
  ].filter(Boolean);
  return (
    <>
      <span className="mono">{url}</span> answers {status}
      {forMs ? ` for ${spanWords(forMs)}` : ""}
      {more.length > 0 ? `, ${more.join(", ")}` : ""}
    </>
  );
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
