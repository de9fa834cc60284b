import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { installCanaryKind, installRolloutKinds } from "@/lib/adapters/kubernetes/testing/custom-resources";
import { playFlagger } from "@/lib/adapters/kubernetes/testing/play-flagger";
import { type Behaviour, playKubelet } from "@/lib/adapters/kubernetes/testing/play-kubelet";
import { playRollouts } from "@/lib/adapters/kubernetes/testing/play-rollouts";
import {
  adminKubeconfig,
  createNamespace,
  grant,
  limitedKubeconfig,
} from "@/lib/adapters/kubernetes/testing/real-cluster";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import { type ServingPod, serves } from "@/lib/engine/testing/play-users";
import { answered } from "@/sandbox/cluster/argo/rollout-controller";

const podSpec = { schedulerName: "waybill-test-nobody", terminationGracePeriodSeconds: 0 };

/** A real cluster, and what is wrong with the image of a pod on it. */
export type RealWorldCluster = ScenarioCluster & { faultOf(image: string): string | undefined };

/**
 * The real cluster that KUBECONFIG names as the place of a demo world: two namespaces of its own with the rights of
 * deploy/rbac.yaml, a kubelet that is played, and health endpoints that answer as the pods behind a Service would.
 */
export async function startRealWorldCluster(): Promise<RealWorldCluster> {
  const admin = new BareApi(adminKubeconfig);
  const staging = await createNamespace(admin, "-staging");
  const namespacePrefix = staging.slice(0, -"-staging".length);
  const production = `${namespacePrefix}-production`;
  await admin.must("POST", "/api/v1/namespaces", { metadata: { name: production } });
  for (const namespace of [staging, production]) await grant(admin, namespace);
  let faults: DemoWorld["faults"] = new Map();
  const faultOf = (image: string) => faults.get(image.split("@")[1] ?? "");
  const kubelets = [staging, production].map((one) => playKubelet(admin, one, (image) => behaviourOf(faultOf(image))));
  const services = await startServices(admin, faultOf);
  const folder = await mkdtemp(path.join(tmpdir(), "waybill-cluster-"));
  const kubeconfigPath = path.join(folder, "waybill.kubeconfig");
  await writeFile(kubeconfigPath, limitedKubeconfig, { mode: 0o600 });
  return {
    ...{ kubeconfigPath, namespacePrefix, podSpec, faultOf, servicesUrl: services.url },
    kubectl: (method, where, body, type) => admin.must(method, where, body, type),
    play: (world) => {
      faults = world.faults;
    },
    async close() {
      await services.close();
      for (const kubelet of kubelets) await kubelet.stop();
      for (const namespace of [staging, production]) await admin.call("DELETE", `/api/v1/namespaces/${namespace}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type FaultOf = (image: string) => string | undefined;

/** The same, with the kinds of Argo Rollouts and their controller, which is played, in staging. */
export function startRealRolloutsCluster(): Promise<ScenarioCluster> {
  return withController(installRolloutKinds, (admin, namespace, faultOf) =>
    playRollouts(admin, namespace, 20, (image) => answered(faultOf(image))),
  );
}

/** The same, with the kind of Flagger, which is played, in staging. */
export function startRealFlaggerCluster(): Promise<ScenarioCluster> {
  return withController(installCanaryKind, (admin, namespace, faultOf) =>
    playFlagger(admin, namespace, 20, (image) => answered(faultOf(image)) * 100),
  );
}

async function withController(
  install: (admin: BareApi) => Promise<void>,
  play: (admin: BareApi, namespace: string, faultOf: FaultOf) => { stop(): Promise<void> },
): Promise<ScenarioCluster> {
  const admin = new BareApi(adminKubeconfig);
  await install(admin);
  const cluster = await startRealWorldCluster();
  let faults: DemoWorld["faults"] = new Map();
  const player = play(admin, `${cluster.namespacePrefix}-staging`, (image) => faults.get(image.split("@")[1] ?? ""));
  return {
    ...cluster,
    play: (world) => {
      faults = world.faults;
      cluster.play(world);
    },
    async close() {
      await player.stop();
      await cluster.close();
    },
  };
}

function behaviourOf(fault: string | undefined): Behaviour {
  return fault === "crash" || fault === "unready" ? fault : "up";
}

/** `/NAMESPACE/NAME/health` and `/ready`, answered by the pods that the Service NAME selects at that moment. */
async function startServices(admin: BareApi, faultOf: (image: string) => string | undefined) {
  const answer = async (where: string): Promise<[number, object]> => {
    const [, namespace = "", name = "", endpoint = ""] = where.split("/");
    const core = `/api/v1/namespaces/${namespace}`;
    const { spec } = await admin.must("GET", `${core}/services/${name}`);
    const labels = Object.entries((spec?.selector ?? {}) as Record<string, string>).map((pair) => pair.join("="));
    const { items = [] } = await admin.must(
      "GET",
      `${core}/pods?labelSelector=${encodeURIComponent(labels.join(","))}`,
    );
    const [pod] = (items as ServingPod[]).filter(serves);
    if (!pod) return [503, { status: "unavailable" }];
    const bad = endpoint === "health" && faultOf(pod.spec.containers[0]?.image ?? "") === "errors";
    return bad ? [500, { status: "error" }] : [200, { status: "ok" }];
  };
  const server = createServer((request, response) => {
    answer(request.url ?? "/").then(
      ([status, body]) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: Error) => response.writeHead(502).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}
