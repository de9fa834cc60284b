import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { approve } from "@/lib/commands/approve";
import { requestPromotion } from "@/lib/commands/request-promotion";
import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import type { StepKind } from "@/lib/pipeline/rollout/step";
import { expectSoundRecord, targetGeneration } from "@/lib/worker/testing/check-record";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";

/** Every failpoint that the source of the engine's own steps names; those of a rollout's steps have their own suite. */
function failpointsInSource(): string[] {
  const folder = path.resolve(import.meta.dirname, "../../engine/steps");
  const source = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(path.join(folder, file), "utf8"))
    .join("\n");
  const calls = source.match(/failpoint\([^)]*\)/g) ?? [];
  return [...new Set(calls.flatMap((call) => call.match(/[a-zA-Z]+:[a-z]+/g) ?? []))].sort();
}

const failpoints = failpointsInSource();

/** The failpoints of a rollout's steps of these kinds: see run-rollout-step.ts. */
export function stepFailpoints(kinds: readonly StepKind[]): string[] {
  const places = ["taken", "intended", "looked", "written", "settled"];
  return kinds.flatMap((kind) => places.map((place) => `${kind}:${place}`));
}

/**
 * Kills the worker at every failpoint during a promotion in `build`'s world, and checks what its successor makes of it.
 */
export function failpointSuite(name: string, build: () => Promise<DemoWorld>): void {
  let world: DemoWorld;
  let count = 0;

  beforeAll(async () => {
    world = await build();
  });
  afterAll(() => world?.close());

  async function request(release: string, environment: string): Promise<PromotionState> {
    const asked = await requestPromotion(world.engine, world.people.rita, {
      project: "demo",
      environment,
      release,
      idempotencyKey: `${release}:${environment}`,
    });
    if (asked.kind === "rejection") throw new Error(asked.message);
    return asked.state;
  }

  /** A promotion that will pass the failpoint, with its first work due: nobody has begun it yet. */
  async function promotionThatMeets(failpoint: string): Promise<string> {
    count += 1;
    const goesBack = failpoint.startsWith("revert") || failpoint.startsWith("observeRevert");
    const { key } = await world.release("backend", `v2.${count}.0`, goesBack ? "crash" : undefined);
    if (!failpoint.startsWith("evaluate")) return (await request(key, "staging")).id;
    const staged = await request(key, "staging");
    await world.withWorker(() => world.ended(staged.id));
    const waiting = await request(key, "production");
    const told = await approve(world.engine, world.people.arjun, { promotion: waiting.id, planHash: waiting.planHash });
    expect(told.kind).toBe("told");
    return waiting.id;
  }

  describe(`a worker that is killed between two effects, ${name}`, () => {
    it("has failpoints in every step", () => {
      const steps = new Set(failpoints.map((name) => name.split(":")[0]));
      expect([...steps].sort()).toEqual([
        "apply",
        "evaluate",
        "moveTag",
        "observe",
        "observeRevert",
        "revert",
        "verify",
      ]);
    });

    it.each(failpoints)("at %s leaves a record that its successor brings to an end", async (failpoint) => {
      const environment = failpoint.startsWith("evaluate") ? "production" : "staging";
      const before = await targetGeneration(world, "backend", environment);
      const id = await promotionThatMeets(failpoint);
      const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${failpoint}:kill` });
      // A test that ends before its worker must not leave it at work.
      onTestFinished(() => void killed.child.kill("SIGKILL"));
      expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });

      const ended = await world.withWorker(() => world.ended(id));
      expect(ended.phase).toBe(failpoint.includes("evert") ? "rolledBack" : "succeeded");
      if (environment === "production")
        expect(ended.approvals.map((one) => one.person)).toEqual([world.people.arjun.id]);
      await expectSoundRecord(world, id);
      expect(await targetGeneration(world, "backend", environment)).toBeGreaterThan(before);
    });
  });
}
