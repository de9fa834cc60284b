import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "@/lib/adapters/kubernetes/client";
import { argoTarget } from "@/lib/adapters/kubernetes/delegated/argo-target";
import { type ScriptedApi, sendJson, startScriptedApi } from "@/lib/adapters/kubernetes/testing/scripted-api";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { DelegatedCommand } from "@/lib/ports/delegated-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";

const digest = `sha256:${"a".repeat(64)}` as Digest;
const ref: KubernetesTargetRef = {
  ...{ kind: "kubernetes", connection: "test", namespace: "shop", container: "app" },
  workload: { kind: "rollout", name: "api" },
};
const path = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/api";

const apis: ScriptedApi[] = [];
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

/** A cluster whose Rollout stands like this, whatever is written there. */
async function standing(status: object, spec: object = {}) {
  const annotations = { "waybill.dev/promotion": "prm_1", "waybill.dev/generation": "1" };
  const containers = [{ name: "app", image: `registry.test/api@${digest}` }];
  const steps = [{ setWeight: 50 }, { pause: {} }];
  const rollout = {
    kind: "Rollout",
    metadata: { name: "api", namespace: "shop", uid: "u", resourceVersion: "7", generation: 4, annotations },
    spec: { template: { spec: { containers } }, strategy: { canary: { steps } }, ...spec },
    status: { observedGeneration: "4", currentPodHash: "b", stableRS: "a", currentStepIndex: 1, ...status },
  };
  const api = await startScriptedApi((_, response) => sendJson(response, 200, rollout));
  apis.push(api);
  const client = createClient({ name: "test", kubeconfig: api.kubeconfig, requestTimeoutMs: 30_000 });
  const target = argoTarget({ client, now: () => new Date("2026-01-01T00:00:00Z") });
  const by = { promotion: "prm_1", generation: 1 };
  const tell = (command: DelegatedCommand) => target.tell(ref, { command, digest, by });
  return {
    tell,
    writes: () => api.requests.filter((one) => one.startsWith("PATCH")).map((one) => one.replace(/\?.*$/, "")),
  };
}

describe("a command that the cluster takes and does not keep", () => {
  it.each([
    ["promoteFully", `${path}/status`, "/status/promoteFull"],
    ["abort", `${path}/status`, "/status/abort"],
    ["pause", path, "/spec/paused"],
  ] as const)("%s ends after three writes, and says which field did not stay", async (command, to, field) => {
    const { tell, writes } = await standing({});
    await expect(tell(command)).rejects.toMatchObject({
      code: "misconfigured",
      retryable: false,
      message: expect.stringContaining(`Rollout shop/api: ${field} was written 3 times and did not stay`),
    });
    expect(writes()).toEqual(Array.from({ length: 3 }, () => `PATCH ${to}`));
  });
});

describe("a pause of several reasons", () => {
  const paused = (...reasons: string[]) => standing({ pauseConditions: reasons.map((reason) => ({ reason })) });

  it("is not gone past where an analysis was inconclusive too: only a skip ends it", async () => {
    const { tell, writes } = await paused("CanaryPauseStep", "InconclusiveAnalysisRun");
    expect(await tell("goPast")).toEqual({ kind: "done", written: false });
    expect(writes()).toEqual([]);
    expect(await tell("skipAnalysis")).toEqual({ kind: "done", written: true });
    expect(writes()).toEqual([`PATCH ${path}/status`]);
  });

  it("is ended by nobody where one of them is not known", async () => {
    const { tell, writes } = await paused("CanaryPauseStep", "Solstice");
    for (const command of ["goPast", "skipAnalysis"] as const)
      expect(await tell(command)).toEqual({ kind: "done", written: false });
    expect(writes()).toEqual([]);
  });
});
