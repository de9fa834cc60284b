import { delegatedScenarios } from "@/lib/engine/testing/delegated.contract";
import { startRealRolloutsCluster } from "@/lib/engine/testing/real-world-cluster";

delegatedScenarios("a service that Argo Rollouts owns, on a real cluster", startRealRolloutsCluster);
