import { flaggerScenarios } from "@/lib/engine/testing/flagger.contract";
import { startRealFlaggerCluster } from "@/lib/engine/testing/real-world-cluster";

flaggerScenarios("a Deployment that Flagger owns, on a real cluster", startRealFlaggerCluster);
