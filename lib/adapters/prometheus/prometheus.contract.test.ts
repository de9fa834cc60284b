import { afterAll, beforeAll, describe } from "vitest";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { contractOpenMetrics, describeMetricSource } from "@/lib/adapters/prometheus/testing/metric-contract";
import { hasPrometheus, startPrometheus } from "@/lib/adapters/prometheus/testing/real-prometheus";

describe.skipIf(!hasPrometheus)("a real Prometheus", () => {
  let server: Awaited<ReturnType<typeof startPrometheus>>;

  beforeAll(async () => {
    server = await startPrometheus(contractOpenMetrics());
  });
  afterAll(() => server?.stop());

  describeMetricSource(() => createPrometheus({ name: "real", url: server.url }));
});
