import { type Destination, type ReadRoute, readShared } from "@/lib/adapters/kubernetes/canary/weights";
import { fields, integer, list, metadataOf, text } from "@/lib/adapters/kubernetes/objects";

/** A Gateway that does not take the route as it stands: it would send nothing by it. */
function refusals(route: Record<string, unknown>, what: string, generation: number): string[] {
  return list(fields(route.status).parents).flatMap((parent) =>
    list(fields(parent).conditions).flatMap((condition) => {
      const { type, status, observedGeneration, reason, message } = fields(condition);
      const asked = type === "Accepted" || type === "ResolvedRefs";
      if (!asked || status !== "False" || (integer(observedGeneration) ?? generation) < generation) return [];
      const gateway = text(fields(fields(parent).parentRef).name) ?? "its gateway";
      return [`${what}: ${gateway} says ${type}=False, ${text(reason) ?? ""}: ${text(message) ?? ""}`];
    }),
  );
}

/**
 * The rules of an HTTPRoute (gateway.networking.k8s.io/v1) that share between two Services of its namespace. A
 * backendRef without a weight counts as 1, without a kind as a Service (the API's defaults).
 */
export function readHttpRoute(object: unknown, services: { stable: string; canary: string }): ReadRoute {
  const route = fields(object);
  const metadata = metadataOf(route);
  const what = `HTTPRoute ${metadata.namespace}/${metadata.name}`;
  const rules = list(fields(route.spec).rules).map((rule, index) => ({
    words: `rule ${index + 1}`,
    destinations: list(fields(rule).backendRefs).map((ref, place): Destination => {
      const { group, kind, name, namespace, weight } = fields(ref);
      const isService = (group ?? "") === "" && (kind ?? "Service") === "Service";
      const here = namespace === undefined || namespace === metadata.namespace;
      const named = text(name) ?? "";
      return {
        path: `/spec/rules/${index}/backendRefs/${place}`,
        service: isService && here ? named : undefined,
        weight: integer(weight) ?? 1,
        words: `${text(kind) ?? "Service"} ${here ? "" : `${text(namespace)}/`}${named}`,
      };
    }),
  }));
  const read = readShared(metadata, rules, { what, ...services });
  return { ...read, problems: [...read.problems, ...refusals(route, what, metadata.generation)] };
}
