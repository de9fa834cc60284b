import { startRealFlaggerCluster, startRealRolloutsCluster } from "@/lib/engine/testing/real-world-cluster";
import { delegatedFailpoints } from "@/lib/worker/testing/failpoints-delegated.contract";

delegatedFailpoints("argoRollouts", "Argo Rollouts on a real cluster", startRealRolloutsCluster);
delegatedFailpoints("flagger", "Flagger on a real cluster", startRealFlaggerCluster);
