import { describe, expect, it } from "vitest";
import { analyseCanary } from "@/lib/engine/steps/rollout/analyse-canary";
import { aCanaryContext, aStanding } from "@/lib/engine/testing/canary-context";
import type { RolloutStep } from "@/lib/pipeline/rollout/step";

const step: RolloutStep = { id: "analyse:25", kind: "analyse", weight: 25, forMs: 60_000, deadlineMs: 660_000 };
const pod = { name: "p", digest: undefined, ready: true, restarts: 0, phase: "Running", node: undefined };
const seen = { pods: [{ ...pod, startedAt: undefined, current: true, trouble: undefined }] };
const paused = {
  by: { kind: "person" as const, id: "rita", name: "Rita" },
  at: "2026-01-01T00:00:30.000Z",
  why: "to see",
};

function analyse(afterMs: number, more: { value?: number; paused?: typeof paused } = {}) {
  const canary = { look: async () => aStanding(25), observeCanary: async () => seen as never };
  return analyseCanary(aCanaryContext(step, afterMs, { canary, ...more }));
}

describe("one look at a canary's share", () => {
  it("passes when its time is over, and waits for a person where one paused it, however long after its deadline", async () => {
    expect(await analyse(59_000)).toMatchObject({ kind: "progressing", facts: { standing: "watching" } });
    expect(await analyse(60_000)).toMatchObject({ kind: "done", facts: { standing: "passed" } });
    const held = await analyse(86_400_000, { paused });
    // `waits` in its facts: while a person is waited for, a cluster that is silent for a moment ends nothing.
    expect(held).toMatchObject({ kind: "progressing", waits: true, facts: { standing: "passed", waits: "yes" } });
  });

  it("is inconclusive without a number, and keeps its deadline although somebody paused it", async () => {
    for (const more of [{}, { paused }]) {
      const found = await analyse(60_000, { value: Number.NaN, ...more });
      expect(found).toMatchObject({ kind: "progressing", waits: false, unknown: true, facts: { waits: "" } });
    }
  });

  it("fails at once where a number is outside of its limits", async () => {
    expect(await analyse(1_000, { value: 0.5 })).toMatchObject({ kind: "trouble", trouble: { kind: "failed" } });
  });
});
