import { expect, it } from "vitest";
import { removeCanary } from "@/lib/engine/steps/rollout/weigh-canary";
import { aCanaryContext } from "@/lib/engine/testing/canary-context";
import type { RolloutStep } from "@/lib/pipeline/rollout/step";

const step: RolloutStep = { id: "removeCanary", kind: "removeCanary", deadlineMs: 60_000 };

function removed(afterMs: number, phases: string[]) {
  const pods = phases.map((phase, index) => ({ name: `p${index}`, phase }));
  const canary = { observeCanary: async () => ({ at: "2026-01-01T00:00:00.000Z", pods }) as never };
  return removeCanary(aCanaryContext(step, afterMs, { canary }));
}

it("waits for the canary's pods to go, and undoes no release for those that a lost node keeps", async () => {
  expect(await removed(1_000, [])).toMatchObject({ kind: "done", words: "the canary's pods are gone" });
  expect(await removed(59_000, ["Terminating"])).toMatchObject({ kind: "progressing" });
  expect(await removed(60_000, ["Terminating", "Terminating"])).toMatchObject({
    kind: "done",
    words: "2 pods of the canary still wait for their nodes to take them away",
  });
  // One that still runs was not told to go, or somebody keeps it.
  expect(await removed(60_000, ["Terminating", "Running"])).toMatchObject({ kind: "progressing" });
});
