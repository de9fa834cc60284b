import { gateIdentity } from "@/lib/pipeline/backtest/gate-identity";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import { plannedGates } from "@/lib/pipeline/plan/build-plan";
import { type EnvironmentPolicy, gatesOf } from "@/lib/pipeline/policy/environment";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import type { Slo } from "@/lib/pipeline/policy/slo";

/** What of a policy is asked: the gates that a file changes, or each of them. */
export type Scope = "changed" | "every";

/** The gates of one environment that are asked. */
export interface ReplayedEnvironment {
  name: string;
  promote: PlannedGate[];
  rollback: PlannedGate[];
}

export interface ReplayedPolicy {
  scope: Scope;
  /** Only those with a gate that is asked. */
  environments: ReplayedEnvironment[];
  slos: readonly Slo[];
  /** Gates that stand in force and would be gone; whatever they kept from starting is not in what is replayed. */
  removed: { environment: string; gate: string }[];
}

/**
 * What of `after` is asked: the gates that are not in force now, so that the answer is about the change and not about what
 * was decided long ago; each of them where it changes none.
 */
export function replayedPolicy(
  after: ProjectDocument,
  before: ProjectDocument | undefined,
  only?: string,
): ReplayedPolicy {
  const slos = after.slos ?? [];
  const asked = after.environments.filter((one) => only === undefined || one.name === only);
  const inForce = new Map((before?.environments ?? []).map((one) => [one.name, namesOf(one, before?.slos ?? [])]));
  const changed = (environment: EnvironmentPolicy, gate: PlannedGate) =>
    isOfFile(environment, gate) && !inForce.get(environment.name)?.has(nameOf(gate, slos));
  const changedOnly = asked.map((environment) =>
    gatesIn(environment, (gate) => before !== undefined && changed(environment, gate)),
  );
  const anyChanged = changedOnly.some(hasGates);
  const removed = asked.flatMap((environment) => goneFrom(environment, slos, before));
  const every = asked.map((environment) => gatesIn(environment, () => true));
  const scope = anyChanged || removed.length > 0 ? "changed" : "every";
  const environments = (scope === "changed" ? changedOnly : every).filter(hasGates);
  return { scope, environments, slos, removed };
}

function hasGates({ promote, rollback }: ReplayedEnvironment): boolean {
  return promote.length + rollback.length > 0;
}

function gatesIn(environment: EnvironmentPolicy, wanted: (gate: PlannedGate) => boolean): ReplayedEnvironment {
  const { name } = environment;
  const of = (kind: "promote" | "rollback") => plannedGates(kind, environment).filter(wanted);
  return { name, promote: of("promote"), rollback: of("rollback") };
}

/** Whether the file names it; the others stand everywhere and no file changes them. */
function isOfFile(environment: EnvironmentPolicy, gate: PlannedGate): boolean {
  return gatesOf(environment).some((one) => one.kind === gate.kind);
}

/** Turning a gate's shadow on or off is a change too. */
function nameOf(gate: PlannedGate, slos: readonly Slo[]): string {
  return `${gate.shadow === true} ${gateIdentity(gate, slos)}`;
}

function namesOf(environment: EnvironmentPolicy, slos: readonly Slo[]): Set<string> {
  return new Set(gatesOf(environment).map((gate) => nameOf(gate, slos)));
}

/** The gates that are gone without another of their kind in their place: that one is a change. */
function goneFrom(
  environment: EnvironmentPolicy,
  slos: readonly Slo[],
  before: ProjectDocument | undefined,
): ReplayedPolicy["removed"] {
  const was = before?.environments.find((one) => one.name === environment.name);
  if (!before || !was) return [];
  const [stood, stands] = [namesOf(was, before.slos ?? []), namesOf(environment, slos)];
  const fresh = gatesOf(environment).flatMap((gate) => (stood.has(nameOf(gate, slos)) ? [] : [gate.kind]));
  return gatesOf(was).flatMap((gate) => {
    if (stands.has(nameOf(gate, before.slos ?? []))) return [];
    const replacement = fresh.indexOf(gate.kind);
    if (replacement === -1) return [{ environment: environment.name, gate: gate.kind }];
    fresh.splice(replacement, 1);
    return [];
  });
}
