import { startRealRolloutsCluster } from "@/lib/engine/testing/real-world-cluster";
import { delegatedFailpoints } from "@/lib/worker/testing/failpoints-delegated.contract";

delegatedFailpoints("on a real cluster", startRealRolloutsCluster);
