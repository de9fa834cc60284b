import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "@/lib/adapters/kubernetes/client";
import { flaggerTarget } from "@/lib/adapters/kubernetes/delegated/flagger-target";
import { type ScriptedApi, sendJson, startScriptedApi } from "@/lib/adapters/kubernetes/testing/scripted-api";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";

const ref: KubernetesTargetRef = {
  ...{ kind: "kubernetes", connection: "test", namespace: "shop", container: "app" },
  ...{ workload: { kind: "deployment", name: "api" }, canary: "api" },
};
const image = `registry.test/api@sha256:${"a".repeat(64)}`;
const metadata = { name: "api", namespace: "shop", uid: "u", resourceVersion: "7", generation: 4 };
const deployment = { metadata, spec: { template: { spec: { containers: [{ name: "app", image }] } } }, status: {} };

const apis: ScriptedApi[] = [];
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

async function analysisOf(phase: string, names: string[]) {
  const metrics = names.map((name) => ({ name, thresholdRange: { min: 99 } }));
  const canary = {
    metadata,
    spec: { targetRef: { name: "api" }, analysis: { threshold: 2, maxWeight: 50, stepWeight: 10, metrics } },
    status: { phase, canaryWeight: 0, failedChecks: phase === "Failed" ? 2 : 0 },
  };
  const event = { message: "Halt advancement latency 900 > 500", lastTimestamp: "2026-01-01T00:00:00Z" };
  const api = await startScriptedApi((request, response) => {
    const { url = "" } = request;
    if (url.includes("/canaries/")) return sendJson(response, 200, canary);
    if (url.includes("/events")) return sendJson(response, 200, { kind: "EventList", metadata: {}, items: [event] });
    return sendJson(response, 200, deployment);
  });
  apis.push(api);
  const client = createClient({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 30_000 });
  const { analyses } = await flaggerTarget({ client, now: () => new Date("2026-01-01T00:00:00Z") }).look(ref);
  return analyses[0];
}

describe("an analysis of Flagger, which keeps no measurements", () => {
  it("does not say of several metrics which one failed, but what it noted", async () => {
    const failed = await analysisOf("Failed", ["errors", "latency"]);
    expect(failed).toMatchObject({ phase: "failed", isUnkept: true });
    expect(failed?.metrics.map(({ name, phase, values }) => [name, phase, values.length])).toEqual([
      ["errors, at least 99", "unknown", 0],
      ["latency, at least 99", "unknown", 0],
      ["what it noted", "failed", 1],
    ]);
  });

  it.each([
    ["Failed", "failed"],
    ["Succeeded", "passed"],
    ["Progressing", "running"],
  ])("says %s of its only metric as %s", async (word, phase) => {
    expect((await analysisOf(word, ["errors"]))?.metrics[0]).toMatchObject({ phase });
  });
});
