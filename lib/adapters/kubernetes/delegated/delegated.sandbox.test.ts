import { describeDelegated } from "@/lib/adapters/kubernetes/delegated/delegated.contract";
import { startSandboxCluster } from "@/lib/adapters/kubernetes/testing/sandbox-cluster";

describeDelegated("what Argo Rollouts owns on the sandbox's cluster", startSandboxCluster);
