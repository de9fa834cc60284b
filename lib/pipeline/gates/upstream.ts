import type { GateInput, UpstreamSuccess, Verdict } from "@/lib/pipeline/gates/gate";
import type { UpstreamConfig } from "@/lib/pipeline/gates/upstream-config";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";

/** The same digest must have succeeded in the environments before: all of them, or any one. */
export function evaluateUpstream(
  config: UpstreamConfig & { kind: "upstream" },
  { plan, evidence }: GateInput,
): Verdict {
  const base = {
    gate: "upstream",
    demand: `the same digest succeeded in ${config.environments.join(config.match === "all" ? " and " : " or ")}`,
  };
  const { successes } = evidence;
  if (!successes)
    return { ...base, status: "unknown", summary: "it is not known where this digest succeeded", evidence: [] };
  const missing = config.environments.map((environment) => missingIn(plan, successes, environment));
  const held =
    config.match === "all" ? missing.every((one) => one.length === 0) : missing.some((one) => one.length === 0);
  const facts = plan.services.flatMap((one) =>
    config.environments.flatMap((environment) => {
      const success = successOf(successes, one, environment);
      return success
        ? [{ name: `${one.service} in ${environment}`, value: `${success.promotion}, ${success.verifiedAt}` }]
        : [];
    }),
  );
  if (held) return { ...base, status: "pass", summary: "the same bytes succeeded there", evidence: facts };
  const gaps = config.environments
    .map((environment, index) => ({ environment, services: missing[index] ?? [] }))
    .filter((one) => one.services.length > 0)
    .map((one) => `${one.services.join(", ")} not in ${one.environment}`);
  const taken = plan.services.flatMap((one) =>
    config.environments.flatMap((environment) => takenBackWords(successes, one, environment) ?? []),
  );
  const summary = taken[0] ?? `this digest has not succeeded there yet: ${gaps.join("; ")}`;
  return {
    ...base,
    status: "fail",
    summary,
    evidence: [...facts, ...taken.map((value) => ({ name: "taken back", value }))],
    whoCanAct: `promote it to ${config.environments.join(", ")} first${taken.length > 0 ? ", or verify there again what runs" : ""}`,
  };
}

/** The success of exactly this digest that still counts; never that of another one with the same version. */
export function successOf(
  successes: UpstreamSuccess[],
  planned: PlannedService,
  environment: string,
): UpstreamSuccess | undefined {
  const known = successIn(successes, planned, environment);
  return known?.takenBack ? undefined : known;
}

/** What took the success of this digest back, in words; undefined where nothing did. */
export function takenBackWords(
  successes: UpstreamSuccess[],
  planned: PlannedService,
  environment: string,
): string | undefined {
  const taken = successIn(successes, planned, environment)?.takenBack;
  return taken && `${planned.service} in ${environment} was taken back at ${taken.at}: ${taken.why}`;
}

function successIn(successes: UpstreamSuccess[], planned: PlannedService, environment: string) {
  return successes.find(
    (one) => one.service === planned.service && one.environment === environment && one.digest === planned.to.digest,
  );
}

function missingIn(plan: Plan, successes: UpstreamSuccess[], environment: string): string[] {
  return plan.services.filter((one) => !successOf(successes, one, environment)).map((one) => one.service);
}
