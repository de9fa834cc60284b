import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import type { Plan, PlannedService, RollbackTarget } from "@/lib/pipeline/plan/plan";
import { type EnvironmentPolicy, gatesOf } from "@/lib/pipeline/policy/environment";
import { type ProjectDocument, strategyFor, targetRefFor } from "@/lib/pipeline/policy/project";
import type { Severity } from "@/lib/pipeline/policy/severity";
import type { Digest } from "@/lib/pipeline/release/digest";

/** One service's image as the release, or the rollback, would bring it. */
export interface PlannedArtifact {
  service: string;
  digest: Digest;
  version: string;
  platforms: Digest[];
  revision: string | null;
}

/** What a service runs in the environment, and what it could go back to. */
export interface CurrentState {
  service: string;
  runs: { digest: Digest; version: string | null } | null;
  lastVerified: { digest: Digest; version: string | null; release: string | null } | null;
  /** Why the target cannot go by colours, as it was last seen; absent where it can, or where nobody has looked. */
  colourProblem?: string | undefined;
}

export interface PlanInputs {
  kind: "promote" | "rollback";
  project: ProjectDocument;
  policyVersion: number;
  environment: string;
  release: string;
  version: string;
  severity?: Severity;
  /** It starts at this moment at the earliest; ISO 8601, UTC. */
  notBefore?: string;
  artifacts: PlannedArtifact[];
  current: CurrentState[];
  /** `host[:port]` of each registry connection. */
  registryHosts: Record<string, string>;
}

/** Why no plan can be made; closed, with what would change it in `message`. */
export interface NoPlan {
  kind: "noPlan";
  code: "unknownEnvironment" | "unknownService" | "noTarget" | "noRegistry" | "noColours" | "nothingToMove";
  message: string;
}

/** Exactly what would happen, from facts alone; the same facts give the same plan, and so the same hash. */
export function buildPlan(inputs: PlanInputs): Plan | NoPlan {
  const { project, release, version } = inputs;
  const environment = project.environments.find((one) => one.name === inputs.environment);
  if (!environment) return no("unknownEnvironment", `${project.name} has no environment "${inputs.environment}"`);
  const services: PlannedService[] = [];
  // The order of the project file is the order in which services that move together are rolled out.
  for (const policy of project.services) {
    const artifact = inputs.artifacts.find((one) => one.service === policy.name);
    if (!artifact) continue;
    const planned = planService(inputs, environment, policy.name, artifact);
    if ("kind" in planned) return planned;
    services.push(planned);
  }
  const lost = inputs.artifacts.find((one) => !project.services.some((service) => service.name === one.service));
  if (lost) return no("unknownService", `${project.name} has no service "${lost.service}" any more`);
  if (services.length === 0) return no("nothingToMove", `${release} holds no service of ${project.name}`);
  const { tag } = environment;
  return {
    v: 1,
    kind: inputs.kind,
    project: project.name,
    environment: environment.name,
    release,
    version,
    ...(inputs.severity === undefined ? {} : { severity: inputs.severity }),
    policyVersion: inputs.policyVersion,
    services,
    gates: plannedGates(inputs.kind, environment, inputs.notBefore),
    verification: environment.verification,
    onFailure: environment.onFailure,
    queue: environment.queue,
    tags: tag === undefined ? [] : services.map((one) => ({ service: one.service, tag })),
  };
}

/** A rollback is stopped by no hold or pin and needs no approval, but what is blocked stays out, and a freeze may name it. */
export function plannedGates(
  kind: PlanInputs["kind"],
  environment: EnvironmentPolicy,
  notBefore?: string,
): PlannedGate[] {
  if (kind === "promote") {
    const scheduled: PlannedGate[] = notBefore === undefined ? [] : [{ kind: "schedule", notBefore }];
    return [...gatesOf(environment), ...scheduled, { kind: "hold" }, { kind: "block" }, { kind: "pin" }];
  }
  const frozen = environment.gates.filter((gate) => gate.kind === "freeze" && gate.appliesTo.includes("rollback"));
  return [...frozen, { kind: "block" }];
}

function planService(
  inputs: PlanInputs,
  environment: EnvironmentPolicy,
  service: string,
  artifact: PlannedArtifact,
): PlannedService | NoPlan {
  const policy = inputs.project.services.find((one) => one.name === service);
  const target = policy && targetRefFor(environment, policy);
  if (!policy || !target) return no("noTarget", `${service} has no target in ${environment.name}`);
  const host = inputs.registryHosts[policy.image.connection];
  if (!host) return no("noRegistry", `the registry connection "${policy.image.connection}" of ${service} is not there`);
  const current = inputs.current.find((one) => one.service === service);
  const strategy = strategyFor(environment, policy);
  if (strategy.kind === "blueGreen" && current?.colourProblem !== undefined) {
    return no("noColours", `${service} cannot go by two colours in ${environment.name}: ${current.colourProblem}`);
  }
  const { digest, version, platforms, revision } = artifact;
  return {
    service,
    connection: policy.image.connection,
    repository: policy.image.repository,
    image: `${host}/${policy.image.repository}`,
    target,
    from: current?.runs ?? null,
    to: { digest, version, platforms: [...platforms].sort(), revision },
    rollback: rollbackOf(current, digest),
    strategy,
  };
}

/** The last digest verified here; where none was, what ran before. Never the digest that is about to be tried. */
function rollbackOf(current: CurrentState | undefined, to: Digest): RollbackTarget | null {
  const verified = current?.lastVerified;
  if (verified && verified.digest !== to) return { ...verified, verified: true };
  const runs = current?.runs;
  if (!runs || (runs.digest === to && !verified)) return null;
  const same = verified?.digest === runs.digest;
  return { digest: runs.digest, version: runs.version, release: same ? verified.release : null, verified: same };
}

function no(code: NoPlan["code"], message: string): NoPlan {
  return { kind: "noPlan", code, message };
}
