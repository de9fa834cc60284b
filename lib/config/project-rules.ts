import type { Path, Violation } from "@/lib/config/document-error";
import { nearestName } from "@/lib/config/nearest-name";
import { groupsOf } from "@/lib/pipeline/gates/approval-config";
import { controllerNames } from "@/lib/pipeline/policy/delegated";
import type { EnvironmentPolicy } from "@/lib/pipeline/policy/environment";
import { type ProjectDocument, strategyFor } from "@/lib/pipeline/policy/project";
import type { ServicePolicy, ServiceTarget } from "@/lib/pipeline/policy/service";
import type { Strategy } from "@/lib/pipeline/policy/strategy";

/** What is wrong with a project although each of its parts is well-formed. Paths are those of its document. */
export function projectViolations(project: ProjectDocument): Violation[] {
  return [
    ...duplicates("environment", project.environments, (item) => item.name, ["spec", "environments"], "name"),
    ...duplicates("environment", project.environments, (item) => item.tag, ["spec", "environments"], "tag"),
    ...duplicates("service", project.services, (item) => item.name, ["spec", "services"], "name"),
    ...duplicates("SLO", project.slos ?? [], (item) => item.name, ["spec", "slos"], "name"),
    ...undefinedEnvironments(project),
    ...undefinedSlos(project),
    ...cycles(project.environments),
    ...matchesNothing(project.environments),
    ...askedWithoutRole(project),
    ...project.services.flatMap((service) => unreachableTargets(project, service)),
    ...project.services.flatMap((service) => impossibleStrategies(project, service)),
  ];
}

/** Every place after the first at which the same text stands again. */
export function duplicates<Item>(
  noun: string,
  items: readonly Item[],
  textOf: (item: Item) => string | undefined,
  list: Path,
  key: string,
): Violation[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const text = textOf(item);
    if (text === undefined || !seen.has(text)) {
      if (text !== undefined) seen.add(text);
      return [];
    }
    const message = `is the ${key} of another ${noun} already`;
    const path = [...list, index, key];
    return [{ code: "duplicate" as const, path, value: JSON.stringify(text), message, allowed: `a ${key} of its own` }];
  });
}

/** A name that stands for nothing, with the ones that do, and the one that was most likely meant. */
export function undefinedName(
  noun: string,
  name: string,
  known: readonly string[],
  path: Path,
  atKey = false,
): Violation {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? "" : `, did you mean ${nearest}?`;
  return {
    code: "undefinedReference",
    path,
    value: JSON.stringify(name),
    message: `is not the name of ${noun}${hint}`,
    allowed: known.length === 0 ? `${noun}, of which there is none` : known.join(", "),
    atKey,
  };
}

/** Nothing can follow where nothing is before it. */
function matchesNothing(environments: readonly EnvironmentPolicy[]): Violation[] {
  return environments.flatMap(({ autoPromote, requires }, index) =>
    autoPromote === "matchUpstream" && requires === undefined
      ? [
          {
            code: "invalid" as const,
            path: ["spec", "environments", index, "autoPromote"],
            value: '"matchUpstream"',
            message: "follows the environments of requires, and there is none",
            allowed: "newest or off, or requires beside it",
          },
        ]
      : [],
  );
}

function undefinedSlos(project: ProjectDocument): Violation[] {
  const known = (project.slos ?? []).map((slo) => slo.name);
  return project.environments.flatMap((environment, index) =>
    environment.gates.flatMap((gate, place) => {
      if (gate.kind !== "errorBudget" || known.includes(gate.slo)) return [];
      const path = ["spec", "environments", index, "gates", place, "errorBudget", "slo"];
      return [undefinedName("an SLO of this project", gate.slo, known, path)];
    }),
  );
}

interface EnvironmentUse {
  name: string;
  path: Path;
  atKey?: boolean;
}

function undefinedEnvironments(project: ProjectDocument): Violation[] {
  const known = project.environments.map((environment) => environment.name);
  const uses: EnvironmentUse[] = [
    ...project.people.flatMap((person, index) =>
      (person.environments ?? []).map((name, place) => ({
        name,
        path: ["spec", "people", index, "environments", place],
      })),
    ),
    ...project.environments.flatMap(upstreamUses),
    ...project.environments.flatMap(checkUses),
    ...project.notify.flatMap((subscription, index) =>
      (subscription.environments ?? []).map((name, place) => ({
        name,
        path: ["spec", "notify", index, "environments", place],
      })),
    ),
    ...project.services.flatMap((service, index) =>
      Object.keys(service.targets).map((name) => ({
        name,
        path: ["spec", "services", index, "targets", name],
        atKey: true,
      })),
    ),
  ];
  return uses
    .filter(({ name }) => !known.includes(name))
    .map(({ name, path, atKey }) => undefinedName("an environment of this project", name, known, path, atKey));
}

/** Each place where an environment names another that comes before it: `requires`, and `in` of a soak gate. */
function upstreamUses(environment: EnvironmentPolicy, index: number): EnvironmentUse[] {
  const base = ["spec", "environments", index];
  const required = (environment.requires?.environments ?? []).map((name, place) => ({
    name,
    path: [...base, "requires", environment.requires?.match ?? "all", place],
  }));
  const soaked = environment.gates.flatMap((gate, place) =>
    gate.kind === "soak" ? [{ name: gate.in, path: [...base, "gates", place, "soak", "in"] }] : [],
  );
  return [...required, ...soaked];
}

/** Where an environment's checks are reported for another one: it need not come before. */
function checkUses({ gates }: EnvironmentPolicy, index: number): EnvironmentUse[] {
  return gates.flatMap((gate, place) =>
    gate.kind === "tests" && gate.in !== undefined
      ? [{ name: gate.in, path: ["spec", "environments", index, "gates", place, "tests", "in"] }]
      : [],
  );
}

/** One violation a cycle, at the use that closes it. */
function cycles(environments: readonly EnvironmentPolicy[]): Violation[] {
  const indexOf = new Map(environments.map((environment, index) => [environment.name, index]));
  const finished = new Set<string>();
  const found: Violation[] = [];

  const follow = (environment: EnvironmentPolicy, index: number, trail: readonly string[]): void => {
    const names = [...trail, environment.name];
    for (const use of upstreamUses(environment, index)) {
      const start = names.indexOf(use.name);
      if (start !== -1) {
        found.push({
          code: "cycle",
          path: use.path,
          value: JSON.stringify(use.name),
          message: `closes a cycle, so no release could ever enter: ${[...names.slice(start), use.name].join(" → ")}`,
          allowed: "an environment that does not need this one first",
        });
        continue;
      }
      const next = indexOf.get(use.name);
      const upstream = next === undefined ? undefined : environments[next];
      if (next !== undefined && upstream !== undefined && !finished.has(use.name)) follow(upstream, next, names);
    }
    finished.add(environment.name);
  };

  for (const [index, environment] of environments.entries()) {
    if (!finished.has(environment.name)) follow(environment, index, []);
  }
  return found;
}

const approvingRoles = ["approver", "administrator"];
const tickingRoles = ["releaseManager", ...approvingRoles];

/**
 * A group that may not approve or tick in this project makes a gate that never opens. A person may have the role by a
 * group.
 */
function askedWithoutRole(project: ProjectDocument): Violation[] {
  return project.environments.flatMap((environment, index) => {
    const groupsWith = (roles: readonly string[]) =>
      project.people.flatMap((person) => {
        const covers = person.environments === undefined || person.environments.includes(environment.name);
        return person.kind === "group" && covers && roles.includes(person.role) ? [person.group] : [];
      });
    return environment.gates.flatMap((gate, place) => {
      const base = ["spec", "environments", index, "gates", place, gate.kind];
      if (gate.kind === "approval") {
        const noun = `a group that people lets approve in ${environment.name}`;
        return groupsOf(gate).flatMap((group, number) => {
          const within = gate.groups ? ["groups", number] : [];
          return unknownGroups(noun, group.from, groupsWith(approvingRoles), [...base, ...within, "from"]);
        });
      }
      if (gate.kind !== "checklist") return [];
      const noun = `a group that people lets tick in ${environment.name}`;
      return gate.items.flatMap((item, number) =>
        unknownGroups(noun, item.by ?? [], groupsWith(tickingRoles), [...base, "items", number, "by"]),
      );
    });
  });
}

function unknownGroups(noun: string, asked: readonly string[], known: readonly string[], list: Path): Violation[] {
  return asked.flatMap((entry, position) =>
    entry.includes("@") || known.includes(entry) ? [] : [undefinedName(noun, entry, known, [...list, position])],
  );
}

/** A target that no release can ever reach, because the service does not run in the environment that comes first. */
function unreachableTargets(project: ProjectDocument, service: ServicePolicy): Violation[] {
  const known = project.environments.map((environment) => environment.name);
  // A name that stands for no environment has its own violation.
  const runsIn = (name: string) => Object.hasOwn(service.targets, name) || !known.includes(name);
  const index = service.position;
  return project.environments.flatMap((environment) => {
    if (!runsIn(environment.name)) return [];
    const { requires } = environment;
    const required = requires?.environments ?? [];
    const missing = required.filter((name) => !runsIn(name));
    const blocked =
      requires?.match === "any" ? missing.length === required.length && missing.length > 0 : missing.length > 0;
    const soaked = environment.gates.flatMap((gate) => (gate.kind === "soak" && !runsIn(gate.in) ? [gate.in] : []));
    const names = [...new Set([...(blocked ? missing : []), ...soaked])];
    if (names.length === 0) return [];
    return [
      {
        code: "invalid" as const,
        path: ["spec", "services", index, "targets", environment.name],
        message: `can never be reached: ${environment.name} needs a success in ${names.join(", ")}, where ${service.name} has no target`,
        allowed: `a target of ${service.name} in ${names.join(", ")} too`,
        atKey: true,
      },
    ];
  });
}

/** A StatefulSet inherits a strategy from its environment that only a Deployment can have; two colours need a Service. */
function impossibleStrategies(project: ProjectDocument, service: ServicePolicy): Violation[] {
  return project.environments.flatMap((environment) => {
    const target = Object.hasOwn(service.targets, environment.name) ? service.targets[environment.name] : undefined;
    const { kind } = strategyFor(environment, service);
    if (target && (target.ref.workload.kind === "rollout" || kind === "delegated")) {
      return withoutItsController(environment.name, service, target, strategyFor(environment, service));
    }
    if (target && kind === "blueGreen") {
      return coloursWithoutService(environment.name, service, target);
    }
    if (target?.ref.workload.kind !== "statefulSet" || target.strategy !== undefined) return [];
    if (kind !== "recreate" && kind !== "canary") return [];
    return [
      {
        code: "invalid" as const,
        path: ["spec", "services", service.position, "targets", environment.name],
        message: `is a statefulSet, for which the strategy ${kind} of ${environment.name} is not possible`,
        allowed: "a strategy of its own: { rolling: {} }",
        atKey: true,
      },
    ];
  });
}

/** A Rollout's pods are its controller's to replace, and the controller has nothing to say over any other workload. */
function withoutItsController(
  environment: string,
  service: ServicePolicy,
  { ref, strategy }: ServiceTarget,
  own: Strategy,
): Violation[] {
  const { kind } = own;
  const isRollout = ref.workload.kind === "rollout";
  const owner = kind === "delegated" ? own.controller : undefined;
  if (isRollout ? owner === "argoRollouts" : owner === "flagger" && ref.workload.kind === "deployment") return [];
  const name = owner === undefined ? "" : controllerNames[owner];
  const base = ["spec", "services", service.position, "targets", environment];
  const path = strategy === undefined ? base : [...base, "strategy", kind];
  const by = strategy === undefined ? `the strategy ${kind} of ${environment}` : kind;
  return [
    {
      code: "invalid",
      path,
      message: isRollout
        ? `is not possible for a rollout, whose controller replaces its pods: ${by} is set`
        : `is a ${ref.workload.kind}, which ${name} does not own: ${by} is not possible`,
      allowed: isRollout
        ? "{ delegated: { argoRollouts: {} } }"
        : "a rollout for Argo Rollouts, a deployment for Flagger, or another strategy",
      atKey: true,
    },
  ];
}

function coloursWithoutService(
  environment: string,
  service: ServicePolicy,
  { ref, strategy }: ServiceTarget,
): Violation[] {
  const base = ["spec", "services", service.position, "targets", environment];
  const own = strategy === undefined ? base : [...base, "strategy", "blueGreen"];
  const by = strategy === undefined ? `the strategy blueGreen of ${environment}` : "blueGreen";
  if (ref.workload.kind !== "deployment") {
    const message =
      strategy === undefined
        ? `is a statefulSet, for which ${by} is not possible`
        : `is not possible for a statefulSet`;
    return [{ code: "invalid", path: own, message, allowed: "a deployment, or { rolling: {} }", atKey: true }];
  }
  if (ref.service !== undefined) return [];
  const message = `is missing: ${by} lets this Service select the new colour`;
  const allowed = "the name of the Service through which it takes traffic";
  return [{ code: "missing", path: [...base, "kubernetes", "service"], message, allowed, atKey: true }];
}
