import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAlertmanager } from "@/lib/adapters/prometheus/alertmanager";
import {
  asked,
  describeAlertmanager,
  numberOf,
  postAlerts,
  untilFires,
} from "@/lib/adapters/prometheus/testing/alerts-contract";
import { hasAlertmanager, startAlertmanager } from "@/lib/adapters/prometheus/testing/real-alertmanager";

if (!hasAlertmanager)
  console.info("no alertmanager here (apt-get install prometheus-alertmanager): its contract is left out");

describe.skipIf(!hasAlertmanager)("a real Alertmanager", () => {
  let server: Awaited<ReturnType<typeof startAlertmanager>>;

  beforeAll(async () => {
    server = await startAlertmanager();
  });
  afterAll(() => server?.stop());

  describeAlertmanager(() => server.url);

  it("leaves out what another alert inhibits", async () => {
    await postAlerts(server.url, [{ labels: { alertname: "ServiceDown", service: "search" } }]);
    await untilFires(server.url, "ServiceDown", { service: "search" }, 1);
    await postAlerts(server.url, [{ labels: { alertname: "NetworkDown", service: "search" } }]);
    await untilFires(server.url, "ServiceDown", { service: "search" }, 0);
    const answers = await createAlertmanager({ name: "real", url: server.url }).measure([
      asked("ServiceDown", { service: "search" }),
      asked("NetworkDown", { service: "search" }),
    ]);
    expect(answers.map(numberOf)).toEqual([0, 1]);
  });
});
