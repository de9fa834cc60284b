import type { Path, Violation } from "@/lib/config/document-error";
import { undefinedName } from "@/lib/config/project-rules";
import type { ConnectionKind } from "@/lib/pipeline/policy/connection";
import type { EnvironmentPolicy } from "@/lib/pipeline/policy/environment";
import type { MetricPolicy } from "@/lib/pipeline/policy/metric";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import type { ServicePolicy } from "@/lib/pipeline/policy/service";
import type { Strategy } from "@/lib/pipeline/policy/strategy";
import type { TriggerPolicy } from "@/lib/pipeline/policy/trigger";
import type { JobPolicy } from "@/lib/pipeline/policy/verification";

/** What a project needs to know of a connection that it names. A ConnectionDocument is one. */
export interface KnownConnection {
  name: string;
  /** Undefined where the connection stands in the same file with an error of its own: then nothing is said about it. */
  kind: ConnectionKind | undefined;
  projects: readonly string[];
}

/** Connections that a project names and may not use: unknown, of another kind, or not listed for this project. */
export function connectionViolations(project: ProjectDocument, known: readonly KnownConnection[]): Violation[] {
  const byName = new Map(known.map((connection) => [connection.name, connection]));
  return connectionUses(project).flatMap((use): Violation[] => {
    const value = JSON.stringify(use.name);
    const connection = byName.get(use.name);
    const kinds: readonly (ConnectionKind | undefined)[] = use.kind === "alerts" ? alertKinds : [use.kind];
    const kind = kinds.join(" or ");
    const usable = known.filter((item) => kinds.includes(item.kind) && item.projects.includes(project.name));
    const names = usable.map((item) => item.name);
    if (connection === undefined) return [undefinedName(`a connection of kind ${kind}`, use.name, names, use.path)];
    if (connection.kind === undefined) return [];
    const allowed = names.length === 0 ? `a connection of kind ${kind}` : names.join(", ");
    if (!kinds.includes(connection.kind)) {
      const message = `is a connection of kind ${connection.kind}, not ${kind}`;
      return [{ code: "undefinedReference", path: use.path, value, message, allowed }];
    }
    if (connection.projects.includes(project.name)) return [];
    const message = `may not be used by ${project.name}: the connection does not list it in projects`;
    return [{ code: "undefinedReference", path: use.path, value, message, allowed }];
  });
}

/** Whoever knows alerts: the one that makes them, and the one that groups and silences them. */
const alertKinds = ["prometheus", "alertmanager"] as const;

interface ConnectionUse {
  name: string;
  kind: ConnectionKind | "alerts";
  path: Path;
}

function connectionUses(project: ProjectDocument): ConnectionUse[] {
  const told = project.notify.flatMap(({ channel }, index): ConnectionUse[] => {
    const path = (key: string) => ["spec", "notify", index, key, "connection"];
    if (channel.kind === "slackApp") return [{ name: channel.connection, kind: "slack", path: path("slack") }];
    return channel.kind === "email" ? [{ name: channel.connection, kind: "smtp", path: path("email") }] : [];
  });
  const measured = (project.slos ?? []).map(
    (slo, index): ConnectionUse => ({
      name: slo.connection,
      kind: "prometheus",
      path: ["spec", "slos", index, "connection"],
    }),
  );
  return [
    ...project.services.flatMap(serviceUses),
    ...told,
    ...measured,
    ...signalUses(project),
    ...project.environments.flatMap(verifiedUses),
  ];
}

/** Where the numbers of an environment come from: those of its verification, and of a canary. */
function verifiedUses({ verification, strategy }: EnvironmentPolicy, index: number): ConnectionUse[] {
  const path = ["spec", "environments", index];
  const { metrics = [], rollBackWhen = [] } = verification;
  return [
    ...metricUses(metrics, [...path, "verification", "metrics"]),
    ...metricUses(rollBackWhen, [...path, "verification", "rollBackWhen"]),
    ...jobUses(verification.jobs, [...path, "verification", "smoke"]),
    ...blueGreenUses(strategy, [...path, "strategy"]),
    ...canaryUses(strategy, [...path, "strategy"]),
  ];
}

/** What jobs are asked through; they stand among the smoke tests, at places that the policy does not keep. */
function jobUses(jobs: readonly JobPolicy[] | undefined, path: Path): ConnectionUse[] {
  return (jobs ?? []).flatMap((job) =>
    job.kind !== "http" || job.connection === undefined ? [] : [{ name: job.connection, kind: "http" as const, path }],
  );
}

function blueGreenUses(strategy: Strategy | undefined, path: Path): ConnectionUse[] {
  return strategy?.kind === "blueGreen" ? jobUses(strategy.jobs, [...path, "blueGreen", "smoke"]) : [];
}

function canaryUses(strategy: Strategy | undefined, path: Path): ConnectionUse[] {
  if (strategy?.kind !== "canary") return [];
  return [
    ...metricUses(strategy.analysis.metrics, [...path, "canary", "analysis", "metrics"]),
    ...metricUses(strategy.rollBackWhen, [...path, "canary", "rollBackWhen"]),
  ];
}

function metricUses(list: readonly (MetricPolicy | TriggerPolicy)[], path: Path): ConnectionUse[] {
  return list.flatMap((one, place): ConnectionUse[] => {
    if (!("connection" in one) || one.connection === undefined) return [];
    const kind = "kind" in one && one.kind === "alert" ? "alerts" : "prometheus";
    return [{ name: one.connection, kind, path: [...path, place, "connection"] }];
  });
}

function signalUses({ signals, services }: ProjectDocument): ConnectionUse[] {
  const use = (base: Path, connection: string | undefined): ConnectionUse[] =>
    connection === undefined
      ? []
      : [{ name: connection, kind: "prometheus", path: [...base, "signals", "connection"] }];
  return [
    ...use(["spec"], signals?.connection),
    ...services.flatMap((service) => use(["spec", "services", service.position], service.signals?.connection)),
  ];
}

function serviceUses(service: ServicePolicy, index: number): ConnectionUse[] {
  return [
    {
      name: service.image.connection,
      kind: "registry" as const,
      path: ["spec", "services", index, "image", "connection"],
    },
    ...Object.entries(service.targets).flatMap(([environment, target]) => {
      const path = ["spec", "services", index, "targets", environment];
      return [
        { name: target.ref.connection, kind: target.ref.kind, path: [...path, target.ref.kind, "connection"] },
        ...blueGreenUses(target.strategy, [...path, "strategy"]),
        ...canaryUses(target.strategy, [...path, "strategy"]),
      ];
    }),
  ];
}

/** Targets that name the same container of the same workload as one before: two promotions would fight over it. */
export function sharedTargets(
  projects: readonly ProjectDocument[],
): { project: ProjectDocument; violation: Violation }[] {
  const owners = new Map<string, string>();
  return projects.flatMap((project) =>
    project.services.flatMap((service, index) =>
      Object.entries(service.targets).flatMap(([environment, { ref }]) => {
        const key = JSON.stringify([
          ref.connection,
          ref.namespace,
          ref.workload.kind,
          ref.workload.name,
          ref.container,
        ]);
        const owner = owners.get(key);
        if (owner === undefined) {
          owners.set(key, `${service.name} in ${environment} of ${project.name}`);
          return [];
        }
        const violation: Violation = {
          code: "duplicate",
          path: ["spec", "services", index, "targets", environment, ref.kind],
          message: `is the target of ${owner} already`,
          allowed: "a container that no other target names",
        };
        return [{ project, violation }];
      }),
    ),
  );
}
