import { describeBlueGreen } from "@/lib/adapters/kubernetes/blue-green/blue-green.contract";
import { startSandboxCluster } from "@/lib/adapters/kubernetes/testing/sandbox-cluster";

describeBlueGreen("two colours on the sandbox's cluster", startSandboxCluster);
