import { type Destination, type ReadRoute, readShared } from "@/lib/adapters/kubernetes/canary/weights";
import { fields, integer, list, metadataOf, text } from "@/lib/adapters/kubernetes/objects";

/** The Service of this namespace that a host names: short, or with its namespace and the cluster's domain. */
function serviceOf(host: string, namespace: string): string | undefined {
  const [name = "", ...rest] = host.split(".");
  const domain = rest.join(".");
  const own = ["", namespace, `${namespace}.svc`];
  return own.includes(domain) || domain.startsWith(`${namespace}.svc.`) ? name : undefined;
}

/**
 * The HTTP routes of a VirtualService (networking.istio.io/v1) that share between two Services of its namespace. A
 * destination without a weight counts as 100 where it is alone and as 0 beside others (the API's defaults).
 */
export function readVirtualService(object: unknown, services: { stable: string; canary: string }): ReadRoute {
  const route = fields(object);
  const metadata = metadataOf(route);
  const what = `VirtualService ${metadata.namespace}/${metadata.name}`;
  const rules = list(fields(route.spec).http).map((rule, index) => {
    const destinations = list(fields(rule).route);
    const name = text(fields(rule).name);
    return {
      words: name === undefined ? `http route ${index + 1}` : `http route "${name}"`,
      destinations: destinations.map((one, place): Destination => {
        const { destination, weight } = fields(one);
        const { host, subset } = fields(destination);
        const named = text(host) ?? "";
        return {
          path: `/spec/http/${index}/route/${place}`,
          service: serviceOf(named, metadata.namespace),
          weight: integer(weight) ?? (destinations.length === 1 ? 100 : 0),
          words: `host ${named}${subset === undefined ? "" : ` (subset ${text(subset)})`}`,
        };
      }),
    };
  });
  return readShared(metadata, rules, { what, ...services });
}
