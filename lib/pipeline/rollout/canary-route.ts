import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { CanaryRoutePolicy } from "@/lib/pipeline/policy/canary";

/** How requests are shared between the stable workload and its canary, with every name. */
export type CanaryRoute =
  | { kind: "httpRoute" | "virtualService"; name: string; stableService: string; canaryService: string }
  | { kind: "replicas" };

/**
 * The route with the Services that the file leaves out: the target's own one, or that of the workload's name, and the one
 * with `-canary` behind its name.
 */
export function canaryRoute(route: CanaryRoutePolicy, target: PlannedService["target"]): CanaryRoute {
  if (route.kind === "replicas") return route;
  const stableService = route.stableService ?? target.service ?? target.workload.name;
  return { ...route, stableService, canaryService: route.canaryService ?? `${stableService}-canary` };
}

/** `HTTPRoute backend`, `shares of pods`. */
export function routeWords(route: CanaryRoutePolicy): string {
  switch (route.kind) {
    case "httpRoute":
      return `HTTPRoute ${route.name}`;
    case "virtualService":
      return `VirtualService ${route.name}`;
    case "replicas":
      return "the share of the pods";
    default:
      return route satisfies never;
  }
}
