import { type Finding, verdictOf } from "@/lib/pipeline/gates/finding";
import type { CheckFact, GateInput, Verdict } from "@/lib/pipeline/gates/gate";
import { type TestsConfig, testsDemand } from "@/lib/pipeline/gates/tests-config";
import { formatDuration } from "@/lib/pipeline/policy/duration";

/**
 * The latest report of each check for exactly these digests and that environment. One that failed says no, one that is
 * under way is waited for; none, or one that is too old, is unknown.
 */
export function evaluateTests(
  config: TestsConfig & { kind: "tests" },
  { plan, evidence: { checks: facts }, now }: GateInput,
): Verdict {
  const environment = config.in ?? plan.environment;
  const base = { gate: "tests", demand: testsDemand(config, plan.environment) };
  if (!facts) {
    const summary = "it is not known what was reported";
    return { ...base, status: "unknown", summary, evidence: [] };
  }
  const asked = plan.services.flatMap(({ service, to }) =>
    config.checks.map((name) => {
      const fact = facts.find(
        (one) => one.name === name && one.digest === to.digest && one.environment === environment,
      );
      return { title: plan.services.length === 1 ? name : `${name} of ${service}`, fact };
    }),
  );
  const findings = asked.map(({ title, fact }) => judge(title, environment, fact, config.maxAgeMs, now));
  const verdict = verdictOf(base, findings, {
    pass: "every check has passed",
    nothing: "no check is asked for",
    whoCanAct: `whoever reports checks for ${environment}`,
  });
  const ends = config.maxAgeMs === undefined ? [] : asked.flatMap(({ fact }) => endOf(fact, config.maxAgeMs ?? 0));
  const [soonest] = ends.filter((at) => at > now).sort();
  return soonest === undefined ? verdict : { ...verdict, nextEvaluationAt: soonest };
}

/** When a report has become too old, which nobody tells. */
function endOf(fact: CheckFact | undefined, maxAgeMs: number): string[] {
  return fact ? [new Date(Date.parse(fact.reportedAt) + maxAgeMs + 1).toISOString()] : [];
}

function judge(
  title: string,
  environment: string,
  fact: CheckFact | undefined,
  maxAgeMs: number | undefined,
  now: string,
): Finding {
  const threshold = maxAgeMs === undefined ? {} : { threshold: `${formatDuration(maxAgeMs)} old at most` };
  if (!fact) {
    return {
      status: "unknown",
      words: `${title} was not reported for ${environment}`,
      evidence: [{ name: title, value: "no report", ...threshold }],
    };
  }
  const { status, reportedBy, reportedAt, summary, url } = fact;
  const said = summary === null ? "" : `: ${summary}`;
  const value = `${status}${said}, reported by ${reportedBy}, ${reportedAt}`;
  const evidence = [{ name: title, value, ...threshold, ...(url === null ? {} : { url }) }];
  if (maxAgeMs !== undefined && Date.parse(now) - Date.parse(reportedAt) > maxAgeMs) {
    return { status: "unknown", words: `the report of ${title} is of ${reportedAt}, too old`, evidence };
  }
  switch (status) {
    case "passed":
      return { status: "pass", words: "", evidence };
    case "failed":
      return { status: "fail", words: `${title} failed in ${environment}${said}`, evidence };
    case "queued":
    case "running":
      return { status: "wait", words: `${title} is ${status} in ${environment}`, evidence };
    default:
      return status satisfies never;
  }
}
