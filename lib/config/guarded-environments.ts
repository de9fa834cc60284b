import canonicalize from "canonicalize";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";

/**
 * The protected environments whose guard another file would change: theirs by the file that stands, for a new rule cannot
 * unprotect itself. Whether a change loosens is not asked: nobody can tell that of a query or a calendar by looking.
 */
export function guardedEnvironments(before: ProjectDocument, after: ProjectDocument): string[] {
  return before.environments
    .filter((environment) => environment.protected)
    .map((environment) => environment.name)
    .filter((name) => canonicalize(guardOf(before, name, before)) !== canonicalize(guardOf(after, name, before)));
}

/**
 * What decides over an environment: its own block, who may act there, the objectives that its gates measure, and which
 * image of the services that run there goes where. A service that is new there comes through the same gates.
 */
function guardOf(project: ProjectDocument, name: string, before: ProjectDocument) {
  const environment = project.environments.find((one) => one.name === name);
  const { position: _, ...policy } = environment ?? { position: 0 };
  const runs = before.services.filter((one) => Object.hasOwn(one.targets, name)).map((one) => one.name);
  return {
    policy: environment ? policy : null,
    people: project.people.filter(
      (one) => one.role !== "viewer" && (one.environments === undefined || one.environments.includes(name)),
    ),
    slos: project.slos ?? [],
    services: runs.map((service) => {
      const found = project.services.find((one) => one.name === service);
      return found ? { image: found.image, target: found.targets[name] ?? null } : null;
    }),
  };
}
