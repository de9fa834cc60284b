import { describeCanary } from "@/lib/adapters/kubernetes/canary/canary.contract";
import { startRealCluster } from "@/lib/adapters/kubernetes/testing/real-cluster";

describeCanary("a canary on a real cluster", startRealCluster);
