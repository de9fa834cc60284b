import { afterAll, beforeAll, describe } from "vitest";
import { describeAlertmanager } from "@/lib/adapters/prometheus/testing/alerts-contract";
import { listen, type RunningServer } from "@/sandbox/http-server";
import { createMetricsApi } from "@/sandbox/metrics/metrics-api";

describe("the sandbox's Alertmanager", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await listen(createMetricsApi({ series: () => [] }), 0);
  });
  afterAll(() => server?.close());

  describeAlertmanager(() => server.url);
});
