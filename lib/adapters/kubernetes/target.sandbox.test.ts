import { describeKubernetesTarget } from "@/lib/adapters/kubernetes/target.contract";
import { startSandboxCluster } from "@/lib/adapters/kubernetes/testing/sandbox-cluster";

describeKubernetesTarget("the sandbox's cluster", { start: startSandboxCluster, validatesSpecs: false, logs: true });
