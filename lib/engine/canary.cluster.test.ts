import { describe } from "vitest";
import { hasPrometheus } from "@/lib/adapters/prometheus/testing/real-prometheus";
import { canaryScenarios } from "@/lib/engine/testing/canary.contract";
import { startMeasuredWorldCluster } from "@/lib/engine/testing/measured-world-cluster";

describe.skipIf(!hasPrometheus)("with a real Prometheus", () => {
  canaryScenarios("a canary on a real cluster", startMeasuredWorldCluster);
});
