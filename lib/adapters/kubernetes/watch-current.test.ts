import { afterAll, beforeAll, expect, it } from "vitest";
import { createKubernetesTarget } from "@/lib/adapters/kubernetes/target";
import type { TargetRef } from "@/lib/ports/deploy-target";
import { type Sandbox, startSandbox } from "@/sandbox/start-sandbox";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ speed: 20, seed: true });
});
afterAll(() => sandbox?.close());

it("says now and then that what was told still holds, though nothing changed", async () => {
  const { readFile } = await import("node:fs/promises");
  const kubeconfig = () => readFile(sandbox.kubeconfigPath, "utf8");
  const target = createKubernetesTarget({ name: "test", kubeconfig, requestTimeoutMs: 30_000, pollMs: 50 });
  const workload = { kind: "deployment" as const, name: "veza-backend" };
  const ref: TargetRef = {
    kind: "kubernetes",
    connection: "c",
    namespace: "veza-staging",
    workload,
    container: "backend",
  };
  const stop = new AbortController();
  let told = 0;
  let toldBefore = 0;
  const moments: string[] = [];
  await target.watch(
    [ref],
    {
      observation: () => {
        told += 1;
      },
      current: (refs, at) => {
        expect(refs).toEqual([ref]);
        // Whatever still came to rest in the cluster was told, and begins the count anew.
        if (told !== toldBefore) moments.length = 0;
        toldBefore = told;
        moments.push(at);
        if (moments.length === 3) stop.abort();
      },
      trouble: () => undefined,
    },
    stop.signal,
  );
  expect(told).toBe(toldBefore);
  expect(told).toBeGreaterThan(0);
  expect([...moments].sort()).toEqual(moments);
  expect(new Set(moments).size).toBe(3);
});
