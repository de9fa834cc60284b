import { describeBlueGreen } from "@/lib/adapters/kubernetes/blue-green/blue-green.contract";
import { startRealCluster } from "@/lib/adapters/kubernetes/testing/real-cluster";

describeBlueGreen("two colours on a real cluster", startRealCluster);
