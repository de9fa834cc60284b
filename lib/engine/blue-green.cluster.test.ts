import { blueGreenScenarios } from "@/lib/engine/testing/blue-green.contract";
import { startRealWorldCluster } from "@/lib/engine/testing/real-world-cluster";

blueGreenScenarios("blue-green on a real cluster", startRealWorldCluster);
