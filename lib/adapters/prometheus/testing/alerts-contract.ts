import { expect, it } from "vitest";
import { createAlertmanager } from "@/lib/adapters/prometheus/alertmanager";
import type { MetricAnswer } from "@/lib/ports/metric-source";

type Labels = Record<string, string>;

/** Alerts as a Prometheus posts them. */
export async function postAlerts(url: string, alerts: { labels: Labels; endsAt?: string }[]): Promise<void> {
  await post(`${url}/api/v2/alerts`, alerts);
}

async function post(address: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
}

const to = "2026-01-01T00:00:00.000Z";
export const asked = (alertname: string, labels: Labels = {}) => ({
  ...{ expression: "", to, alert: { labels: { alertname, ...labels } } },
});
export const numberOf = (answer: MetricAnswer | undefined) =>
  answer?.kind === "series" ? answer.series.flatMap(({ points }) => points.map(({ value }) => value))[0] : answer;

/** An alert that was posted is not answered before the server has taken it in. */
export async function untilFires(url: string, ...wanted: [alertname: string, labels: Labels, number: number]) {
  const [alertname, labels, number] = wanted;
  const source = createAlertmanager({ name: "alerts", url });
  for (const end = performance.now() + 30_000; ; ) {
    const [answer] = await source.measure([asked(alertname, labels)]);
    if (numberOf(answer) === number) return;
    if (performance.now() > end) throw new Error(`${alertname} fires ${numberOf(answer)} times, not ${number}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What every Alertmanager does. */
export function describeAlertmanager(address: () => string): void {
  const source = () => createAlertmanager({ name: "alerts", url: address() });

  it("passes the check", async () => {
    await expect(source().check()).resolves.toBeUndefined();
  });

  it("counts what fires with the labels that are asked for, several at once, each in its place", async () => {
    await postAlerts(address(), [
      { labels: { alertname: "CircuitOpen", service: "api", instance: "a" } },
      { labels: { alertname: "CircuitOpen", service: "api", instance: "b" } },
      { labels: { alertname: "Queue full", service: 'qu"o\\te' } },
      { labels: { alertname: "ServiceDown", service: "web" } },
      { labels: { alertname: "Überlast é (p99)", service: "web" } },
      { labels: { alertname: "Over", service: "api" }, endsAt: new Date(Date.now() - 1000).toISOString() },
    ]);
    await untilFires(address(), "CircuitOpen", { service: "api" }, 2);
    await untilFires(address(), "Queue full", {}, 1);
    await untilFires(address(), "ServiceDown", {}, 1);
    await untilFires(address(), "Überlast é (p99)", {}, 1);
    const answers = await source().measure([
      asked("CircuitOpen", { service: "api" }),
      asked("CircuitOpen", { service: "web" }),
      asked("CircuitOpen", { absent: "" }),
      asked("Queue full", { service: 'qu"o\\te' }),
      asked("Over"),
      asked("Never"),
      asked("Überlast é (p99)"),
      { expression: "up", to },
    ]);
    expect(answers.slice(0, 7).map(numberOf)).toEqual([2, 0, 2, 1, 0, 0, 1]);
    expect(answers[0]).toMatchObject({ series: [{ points: [{ at: to }] }] });
    expect(answers[7]).toMatchObject({ kind: "refused", message: expect.stringContaining("no expressions") });
  });

  it("leaves out what somebody silenced, and nothing else", async () => {
    const alerts = ["quiet", "loud"].map((service) => ({ labels: { alertname: "Latency", service } }));
    await postAlerts(address(), alerts);
    await untilFires(address(), "Latency", {}, 2);
    await post(`${address()}/api/v2/silences`, {
      matchers: [{ name: "service", value: "quiet", isRegex: false, isEqual: true }],
      startsAt: new Date(Date.now() - 1000).toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: "a test",
      comment: "known",
    });
    await untilFires(address(), "Latency", {}, 1);
    const answers = await source().measure([
      asked("Latency", { service: "quiet" }),
      asked("Latency", { service: "loud" }),
    ]);
    expect(answers.map(numberOf)).toEqual([0, 1]);
  });
}
