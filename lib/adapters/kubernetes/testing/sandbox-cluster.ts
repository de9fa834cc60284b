import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { BareApi, kubeconfigWithUser } from "@/lib/adapters/kubernetes/testing/bare-api";
import type { ClusterUnderTest } from "@/lib/adapters/kubernetes/testing/contract-fixture";
import type { Behaviour } from "@/lib/adapters/kubernetes/testing/play-kubelet";
import type { Digest } from "@/lib/pipeline/release/digest";
import { buildImage, type Fault } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";
import { startSandbox } from "@/sandbox/start-sandbox";

const faults: Record<Behaviour, Fault | undefined> = {
  up: undefined,
  missing: undefined,
  crash: "crash",
  unready: "unready",
};

/** The sandbox's own kubelet runs the pods, by what the images' labels say, ten times as fast as for a person. */
export async function startSandboxCluster(): Promise<ClusterUnderTest> {
  const sandbox = await startSandbox({ speed: 10 });
  const kubeconfig = await readFile(sandbox.kubeconfigPath, "utf8");
  const adminKubeconfig = await readFile(sandbox.adminKubeconfigPath, "utf8");
  const namespace = "waybill-test";
  await new BareApi(adminKubeconfig).must("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  return {
    kubeconfig,
    adminKubeconfig,
    namespace,
    // Its rights do not depend on the namespace: who may do nothing is who has not signed in.
    forbidden: { kubeconfig: kubeconfigWithUser(kubeconfig, {}, false), namespace },
    async image(behaviour) {
      const repository = "veza/backend";
      const image = buildImage({ content: randomBytes(8).toString("hex"), fault: faults[behaviour] });
      if (behaviour !== "missing") await pushImage(image, { registryUrl: sandbox.registryUrl, repository });
      return { image: `${sandbox.registryHost}/${repository}`, digest: image.digest as Digest };
    },
    close: () => sandbox.close(),
  };
}
