import { describeCanary } from "@/lib/adapters/kubernetes/canary/canary.contract";
import { startSandboxCluster } from "@/lib/adapters/kubernetes/testing/sandbox-cluster";

describeCanary("a canary on the sandbox's cluster", startSandboxCluster);
