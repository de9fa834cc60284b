import { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { installRouteKinds } from "@/lib/adapters/kubernetes/testing/custom-resources";
import { adminKubeconfig } from "@/lib/adapters/kubernetes/testing/real-cluster";
import { startScrapingPrometheus } from "@/lib/adapters/prometheus/testing/real-prometheus";
import type { ScenarioCluster } from "@/lib/engine/testing/blue-green.contract";
import { playUsers } from "@/lib/engine/testing/play-users";
import { startRealWorldCluster } from "@/lib/engine/testing/real-world-cluster";

/** The real cluster with both kinds of routes, users who come through them, and a real Prometheus that counts these. */
export async function startMeasuredWorldCluster(): Promise<ScenarioCluster> {
  const admin = new BareApi(adminKubeconfig);
  await installRouteKinds(admin);
  const cluster = await startRealWorldCluster();
  const users = await playUsers(admin, `${cluster.namespacePrefix}-staging`, cluster.faultOf);
  const prometheus = await startScrapingPrometheus(users.address, 250);
  return {
    ...cluster,
    metricsUrl: prometheus.url,
    async close() {
      await prometheus.stop();
      await users.stop();
      await cluster.close();
    },
  };
}
