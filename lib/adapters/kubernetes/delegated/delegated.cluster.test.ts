import { describeDelegated } from "@/lib/adapters/kubernetes/delegated/delegated.contract";
import { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { installRolloutKinds } from "@/lib/adapters/kubernetes/testing/custom-resources";
import { playRollouts } from "@/lib/adapters/kubernetes/testing/play-rollouts";
import { adminKubeconfig, startRealCluster } from "@/lib/adapters/kubernetes/testing/real-cluster";

describeDelegated("what Argo Rollouts owns on a real cluster", async () => {
  const admin = new BareApi(adminKubeconfig);
  await installRolloutKinds(admin);
  const cluster = await startRealCluster();
  const player = playRollouts(admin, cluster.namespace, 20, () => 1);
  return {
    ...cluster,
    async close() {
      await player.stop();
      await cluster.close();
    },
  };
});
