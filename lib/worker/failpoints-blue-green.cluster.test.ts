import { startRealWorldCluster } from "@/lib/engine/testing/real-world-cluster";
import { blueGreenFailpoints } from "@/lib/worker/testing/failpoints-blue-green.contract";

blueGreenFailpoints("on a real cluster", startRealWorldCluster);
