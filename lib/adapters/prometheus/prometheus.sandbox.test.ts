import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe } from "vitest";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { contractSeriesAt, describeMetricSource } from "@/lib/adapters/prometheus/testing/metric-contract";
import type { MetricSource } from "@/lib/ports/metric-source";
import { createMetricsApi } from "@/sandbox/metrics/metrics-api";

describe("the sandbox's Prometheus", () => {
  let server: Server;
  let source: MetricSource;

  beforeAll(async () => {
    server = createServer(createMetricsApi({ series: contractSeriesAt }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    source = createPrometheus({ name: "sandbox", url: `http://127.0.0.1:${port}` });
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  describeMetricSource(() => source);
});
