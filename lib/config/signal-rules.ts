import type { Path, Violation } from "@/lib/config/document-error";
import { duplicates } from "@/lib/config/project-rules";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import { type SignalQuery, signalPath } from "@/lib/pipeline/policy/signals";

/** Signals that would count services or environments together, or that nobody is asked for. Paths are those of the document. */
export function signalViolations(project: ProjectDocument): Violation[] {
  const { signals, services } = project;
  if (!signals) return services.flatMap(({ signals: own, position }) => (own ? [withoutProject(position)] : []));
  const shared = ["spec", "signals"];
  return [
    ...named(signals.queries, shared),
    ...signals.queries.flatMap((query) => countedTogether(project, query, signals.queries, shared)),
    ...services.flatMap(({ signals: own, position }) => {
      const base = ["spec", "services", position, "signals"];
      const queries = own?.queries ?? [];
      return [...named(queries, base), ...queries.flatMap((query) => countedTogether(project, query, queries, base))];
    }),
  ];
}

function withoutProject(position: number): Violation {
  return {
    code: "invalid",
    path: ["spec", "services", position, "signals"],
    message: "stands without spec.signals, which says what is asked and how often",
    allowed: "spec.signals beside it",
    atKey: true,
  };
}

function named(queries: readonly SignalQuery[], base: Path): Violation[] {
  const own = queries.filter((query) => signalPath(queries, query.name)[0] === "more");
  return duplicates("signal", own, (query) => query.name, [...base, "more"], "name");
}

/** A query must say which service and which environment it is about, or give a series for each. */
function countedTogether(
  project: ProjectDocument,
  { name, query }: SignalQuery,
  queries: readonly SignalQuery[],
  base: Path,
): Violation[] {
  const label = project.signals?.label ?? "service";
  const path = [...base, ...signalPath(queries, name)];
  const mentions = (words: readonly string[]) => new RegExp(`\\b(${words.join("|")})\\b`).test(query);
  const found: Violation[] = [];
  if (!/\{(service|workload)\}/.test(query) && !mentions([label])) {
    found.push({
      code: "invalid",
      path,
      message: "counts all services together",
      allowed: `a query with {service} or {workload}, or one grouped by (${label})`,
    });
  } else if (project.environments.length > 1 && !mentions(["environment", "namespace"])) {
    found.push({
      code: "invalid",
      path,
      message: "counts all environments together",
      allowed: "a query with {environment} or {namespace}, or one grouped by such a label",
    });
  }
  return found;
}
