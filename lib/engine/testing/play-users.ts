import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";

const requestsPerSecond = 20;
const usualErrorShare = 0.002;
const faultyErrorShare = 0.35;

interface ServiceObject {
  metadata: { name: string };
  spec: { selector?: Record<string, string> };
}

/** As much of an HTTPRoute and of a VirtualService as the tests write. */
interface RouteObject {
  spec: {
    rules?: { backendRefs: { name: string; weight?: number }[] }[];
    http?: { route: { destination: { host: string }; weight?: number }[] }[];
  };
}

export interface ServingPod {
  metadata: { labels: Record<string, string>; deletionTimestamp?: string };
  spec: { containers: { image: string }[] };
  status: { conditions?: { type: string; status: string }[] };
}

/** True of a pod that would get requests. */
export function serves({ metadata, status }: ServingPod): boolean {
  const ready = status.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;
  return ready && metadata.deletionTimestamp === undefined;
}

/** The share of the users that each Service gets: by the weights of the last rule of a route, all where none leads to it. */
function sharesOf(services: readonly ServiceObject[], routes: readonly RouteObject[]): Map<string, number> {
  const shares = new Map(services.map(({ metadata }) => [metadata.name, 1]));
  for (const { spec } of routes) {
    const refs = [
      ...(spec.rules?.at(-1)?.backendRefs ?? []).map(({ name, weight = 1 }) => ({ name, weight })),
      ...(spec.http?.at(-1)?.route ?? []).map(({ destination, weight = 0 }) => ({ name: destination.host, weight })),
    ];
    const all = refs.reduce((sum, { weight }) => sum + weight, 0);
    for (const { name, weight } of refs) shares.set(name, all === 0 ? 0 : weight / all);
  }
  return shares;
}

/**
 * Plays the users of a namespace in a cluster that routes nothing: twenty requests a second to every Service, or by the
 * weights of the route before it, of which pods with the fault `errors` fail a third. Counted as the pods themselves would
 * count them, for a Prometheus to scrape at `address`.
 */
export async function playUsers(
  admin: BareApi,
  namespace: string,
  faultOf: (image: string) => string | undefined,
): Promise<{ address: string; stop(): Promise<void> }> {
  const counted = new Map<string, Record<"200" | "500", number>>();
  const controller = new AbortController();
  const { signal } = controller;
  const list = async <T>(path: string) => ((await admin.must("GET", path)).items ?? []) as T[];

  async function round(seconds: number): Promise<void> {
    const [services, pods, ...routes] = await Promise.all([
      list<ServiceObject>(`/api/v1/namespaces/${namespace}/services`),
      list<ServingPod>(`/api/v1/namespaces/${namespace}/pods`),
      list<RouteObject>(`/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`),
      list<RouteObject>(`/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`),
    ]);
    const shares = sharesOf(services, routes.flat());
    for (const { metadata, spec } of services) {
      const selector = Object.entries(spec.selector ?? {});
      const mine = pods.filter(
        (pod) => serves(pod) && selector.every(([key, value]) => pod.metadata.labels[key] === value),
      );
      for (const pod of mine) {
        const requests = (requestsPerSecond * seconds * (shares.get(metadata.name) ?? 0)) / mine.length;
        const bad = faultOf(pod.spec.containers[0]?.image ?? "") === "errors" ? faultyErrorShare : usualErrorShare;
        const hash = pod.metadata.labels["pod-template-hash"] ?? "";
        const counts = counted.get(hash) ?? { "200": 0, "500": 0 };
        counted.set(hash, { "200": counts["200"] + requests * (1 - bad), "500": counts["500"] + requests * bad });
      }
    }
  }

  async function run(): Promise<void> {
    for (let last = performance.now(); !signal.aborted; ) {
      await wait(100, undefined, { signal }).catch(() => undefined);
      const now = performance.now();
      await round((now - last) / 1000);
      last = now;
    }
  }

  const line = (hash: string, status: string, count: number) =>
    `http_requests_total{namespace="${namespace}",pod_template_hash="${hash}",status="${status}"} ${count}`;
  const server = createServer((_, response) => {
    const lines = [...counted].flatMap(([hash, counts]) =>
      Object.entries(counts).map(([status, count]) => line(hash, status, count)),
    );
    const type = "# TYPE http_requests_total counter";
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(`${[type, ...lines].join("\n")}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const running = run();
  // Reported by stop(): a test must not be ended by an unhandled rejection in between.
  running.catch(() => undefined);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      controller.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await running;
    },
  };
}
