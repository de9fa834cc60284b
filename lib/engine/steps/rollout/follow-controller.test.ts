import { describe, expect, it } from "vitest";
import { followController } from "@/lib/engine/steps/rollout/follow-controller";
import type { StepContext } from "@/lib/engine/steps/rollout/step-runner";
import { aDelegatedService } from "@/lib/pipeline/promotion/testing/a-plan";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";
import { pendingSteps } from "@/lib/pipeline/rollout/step";
import type { DelegatedTarget } from "@/lib/ports/delegated-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";

const planned = aDelegatedService("backend");
const saidAt = "2026-01-01T00:00:05.000Z";
const paused: DelegatedStanding = {
  ...{ at: saidAt, what: "Rollout shop/backend", exists: true, digest: planned.to.digest, promotion: "prm_1" },
  ...{ generation: 1, targetGeneration: 4, caughtUp: true, phase: "paused", phaseWord: "Paused", message: "" },
  ...{ isPromoted: false, isAborted: false, isSettled: false, pausedBy: "person", weight: 50, hasAnalysis: true },
  ...{ step: 2, steps: [], analyses: [] },
};
const going: DelegatedStanding = { ...paused, phase: "progressing", pausedBy: null };
type Told = NonNullable<StepContext["rollout"]["told"]>;

/** One look of the step, with what a person said last and what was noted so far: what it found, and what it told. */
async function lookedAt(standing: DelegatedStanding, told: Omit<Told, "at">, facts: Record<string, string> = {}) {
  const commands: string[] = [];
  const delegated: DelegatedTarget = {
    look: async () => standing,
    tell: async (_, { command }) => {
      commands.push(command);
      return { kind: "done", written: true };
    },
  };
  const [pending] = pendingSteps([{ id: "follow", kind: "follow", fully: false, deadlineMs: 60_000 }]);
  if (!pending) throw new Error("there is no step");
  const step = { ...pending, status: "accepted" as const, attempt: 1, facts: { seen: "yes", ...facts } };
  const order = { service: "backend", attempt: 1, generation: 1, requestedAt: saidAt };
  const context: StepContext = {
    // Of the engine and the target it needs no more than this; the rest of a promotion is not asked for.
    engine: { pool: { execute: async () => 1 } } as unknown as StepContext["engine"],
    target: { delegated } as DeployTarget,
    state: { id: "prm_1" } as StepContext["state"],
    rollout: { ...order, phase: "stepping", steps: [step], told: { ...told, at: saidAt } },
    ...{ planned, step, signal: new AbortController().signal, looked: async () => undefined },
  };
  return { finding: await followController(context), commands };
}

describe("what ends one pause of the controller", () => {
  it.each([
    ["goPast", "person"],
    ["skipAnalysis", "inconclusive"],
  ] as const)("%s is handed on at the step that was seen, and at no other one", async (order, pausedBy) => {
    const here = await lookedAt({ ...paused, pausedBy }, { order, place: "2" });
    expect(here.commands).toEqual([order]);
    expect(here.finding).toMatchObject({ kind: "progressing", facts: { told: saidAt } });
    // It went on by itself, or was told by a worker that died before it could say so.
    const further = await lookedAt({ ...paused, pausedBy, step: 4 }, { order, place: "2" });
    expect(further.commands).toEqual([]);
    expect(further.finding).toMatchObject({ facts: { at: "4", pausedBy } });
    expect(further.finding).not.toHaveProperty("facts.told");
    expect((await lookedAt({ ...paused, pausedBy }, { order })).commands).toEqual([]);
  });

  it("is handed on where the controller has no steps: blue-green", async () => {
    expect((await lookedAt({ ...paused, step: null }, { order: "goPast", place: "" })).commands).toEqual(["goPast"]);
  });

  it("leaves orders about the whole alone, wherever it has got to", async () => {
    expect((await lookedAt(paused, { order: "promoteFully" })).commands).toEqual(["promoteFully"]);
    const held = { ...paused, pausedBy: "hand" as const };
    expect((await lookedAt({ ...held, step: 4 }, { order: "resume", place: "2" })).commands).toEqual(["resume"]);
  });
});

describe("a pause that a person asked for", () => {
  it("is noted as ours before the controller is told, so that the way back may end it whatever happens", async () => {
    const first = await lookedAt(going, { order: "pause" });
    expect(first.commands).toEqual([]);
    expect(first.finding).toMatchObject({ kind: "progressing", facts: { pausedByUs: "yes" }, againMs: 0 });
    expect(first.finding).not.toHaveProperty("facts.told");
    const then = await lookedAt(going, { order: "pause" }, { pausedByUs: "yes" });
    expect(then.commands).toEqual(["pause"]);
    expect(then.finding).toMatchObject({ facts: { told: saidAt } });
    expect(then.finding).not.toHaveProperty("facts.pausedByUs");
  });

  it("stays ours where its worker died after it, and is not ours where somebody held it before", async () => {
    const held = { ...paused, pausedBy: "hand" as const };
    const after = await lookedAt(held, { order: "pause" }, { pausedByUs: "yes" });
    expect(after.finding).toMatchObject({ facts: { told: saidAt } });
    expect(after.finding).not.toHaveProperty("facts.pausedByUs");
    expect((await lookedAt(held, { order: "pause" })).finding).not.toHaveProperty("facts.pausedByUs");
    const resumed = await lookedAt(held, { order: "resume" }, { pausedByUs: "yes" });
    expect(resumed.finding).toMatchObject({ facts: { told: saidAt, pausedByUs: "" } });
  });
});
