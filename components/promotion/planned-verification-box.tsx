import { checkCount, checkWords } from "@/components/promotion/plan-steps";
import { Box } from "@/components/sheet/box";
import type { Fact } from "@/components/sheet/facts";
import { spanWords } from "@/components/time/time-words";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { type MetricPolicy, needsBaseline } from "@/lib/pipeline/policy/metric";
import { triggerWords } from "@/lib/pipeline/policy/trigger";
import type { HealthCheck, JobPolicy } from "@/lib/pipeline/policy/verification";
import { jobTitle, plannedJobFacts } from "@/lib/pipeline/verification/job-checks";
import { metricTitle } from "@/lib/pipeline/verification/judge-metric";
import { checkAddress, watchMsOf } from "@/lib/pipeline/verification/start";

interface PlannedVerificationBoxProps {
  number?: number;
  plan: Plan;
}

/** What is checked after the rollout, and for how long. */
export function PlannedVerificationBox({ number, plan }: PlannedVerificationBoxProps) {
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
      <span className="mono">{jobTitle(job, facts).replace(/^job (of )?/, "")}</span> succeeds within{" "}
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
