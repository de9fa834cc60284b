import { describe } from "vitest";
import { hasPrometheus } from "@/lib/adapters/prometheus/testing/real-prometheus";
import { startMeasuredWorldCluster } from "@/lib/engine/testing/measured-world-cluster";
import { canaryFailpoints } from "@/lib/worker/testing/failpoints-canary.contract";

describe.skipIf(!hasPrometheus)("with a real Prometheus", () => {
  canaryFailpoints("on a real cluster", startMeasuredWorldCluster);
});
