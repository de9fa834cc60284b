import type { PatchOperation } from "@/lib/adapters/kubernetes/client";
import type { Metadata } from "@/lib/adapters/kubernetes/objects";
import { generationAnnotation, promotionAnnotation } from "@/lib/adapters/kubernetes/plan";
import { percentWords } from "@/lib/pipeline/rollout/canary-pods";
import type { OrderedBy } from "@/lib/ports/canary-target";

/** One destination of a rule: the Service it sends to, or undefined for anything that is not a Service beside the route. */
export interface Destination {
  /** JSON pointer of the destination in its route object. */
  path: string;
  service: string | undefined;
  /** As the router counts it where the object leaves it out. */
  weight: number;
  /** How a person finds a destination that is no Service of the namespace. */
  words: string;
}

/** A rule of a route object: what it is called there, and where it sends. */
export interface RouteRule {
  words: string;
  destinations: Destination[];
}

/** A route object, read: the rules that share between stable and canary, or what is missing for that. */
export interface ReadRoute {
  metadata: Metadata;
  shared: { stable: Destination; canary: Destination }[];
  problems: string[];
}

/** Picks the rules that send to both Services; a rule to one of them alone is left as it is (a header's rule is one). */
export function readShared(
  metadata: Metadata,
  rules: RouteRule[],
  services: { what: string; stable: string; canary: string },
): ReadRoute {
  const { what, stable, canary } = services;
  const problems: string[] = [];
  const shared = rules.flatMap(({ words, destinations }) => {
    const to = (name: string) => destinations.filter(({ service }) => service === name);
    const [first, second] = [to(stable), to(canary)];
    if (first.length === 0 || second.length === 0) return [];
    const others = destinations.filter(({ service }) => service !== stable && service !== canary);
    if (others.length > 0)
      problems.push(
        `${what}: ${words} sends to ${others.map((one) => one.words).join(", ")} too, beside the two Services`,
      );
    if (first.length > 1 || second.length > 1)
      problems.push(`${what}: ${words} names a Service twice (subsets of one Service are not told apart here)`);
    const [one, two] = [first[0], second[0]];
    return one && two ? [{ stable: one, canary: two }] : [];
  });
  if (shared.length === 0)
    problems.push(
      `${what}: no rule sends to both Services ${stable} and ${canary}: add ${canary} with weight 0 beside ${stable}`,
    );
  return { metadata, shared, problems };
}

/** The canary's share in percent; undefined where the rules differ or both weights are zero, and the words for it. */
export function weightOf({ shared }: Pick<ReadRoute, "shared">): { weight: number | undefined; words: string } {
  const shares = shared.map(({ stable, canary }) => {
    const all = stable.weight + canary.weight;
    return all === 0 ? undefined : (canary.weight * 100) / all;
  });
  const [first] = shares;
  if (shares.some((share) => share === undefined)) return { weight: undefined, words: "both weights are 0" };
  if (shares.some((share) => share !== first))
    return {
      weight: undefined,
      words: `its rules differ: ${shares.map((share) => percentWords(share ?? 0)).join(", ")}`,
    };
  return { weight: first, words: percentWords(first ?? 0) };
}

/** The patch that sets `weight` percent in every shared rule, and nothing else but who ordered it. */
export function weightPatch(route: ReadRoute, weight: number, by: OrderedBy): PatchOperation[] {
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: route.metadata.resourceVersion },
    ...annotate(route.metadata, {
      [promotionAnnotation]: by.promotion,
      [generationAnnotation]: String(by.generation),
    }),
    ...route.shared.flatMap(({ stable, canary }): PatchOperation[] => [
      { op: "add", path: `${stable.path}/weight`, value: 100 - weight },
      { op: "add", path: `${canary.path}/weight`, value: weight },
    ]),
  ];
}

/** Adds annotations, whether or not the object has any yet. */
export function annotate(before: Metadata | boolean, annotations: Record<string, string>): PatchOperation[] {
  const has = typeof before === "boolean" ? before : Object.keys(before.annotations).length > 0;
  if (!has) return [{ op: "add", path: "/metadata/annotations", value: annotations }];
  return Object.entries(annotations).map(([key, value]) => ({
    op: "add",
    path: `/metadata/annotations/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    value,
  }));
}
