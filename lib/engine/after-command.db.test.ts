import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { abort } from "@/lib/commands/abort";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { afterCommand } from "@/lib/engine/after-command";
import { drive } from "@/lib/engine/drive";
import type { Engine } from "@/lib/engine/engine";
import { specDigest } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;
let count = 0;

const processWithEngine = globalThis as typeof globalThis & { waybillEngine?: Engine };

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  processWithEngine.waybillEngine = world.engine;
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  processWithEngine.waybillEngine = undefined;
  await world?.close();
});

async function request(service: "backend" | "chat"): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release(service, `v1.${count}.0`);
  const asked = await requestPromotion(world.engine, world.people.rita, {
    project: "demo",
    environment: "staging",
    release: key,
    idempotencyKey: `${key}:staging`,
  });
  if (asked.kind === "rejection") throw new Error(asked.message);
  return { id: asked.state.id, digest };
}

async function stepsOf(id: string) {
  return world.pool.query<{ kind: string; attempts: number; leased: boolean; trouble: string | null }>(
    sql`select kind, attempts, coalesce(lease_until > now(), false) as leased, trouble from step
         where promotion = ${id} and status = 'due'`,
  );
}

/** The engine of a click whose cluster does not answer as it should. */
function withTarget(target: Partial<DeployTarget>): Engine {
  const worldOfClick = { ...world.engine.world, target: async () => target as DeployTarget };
  return { ...world.engine, owner: `click-${count}`, world: worldOfClick };
}

function timeOut(): ExternalError {
  return new ExternalError({ system: "cluster demo", code: "timeout", message: "no answer", retryable: true });
}

describe("a click where one process is everything", () => {
  it("is the call to the cluster: it is accepted when the click returns, with no worker at work", async () => {
    vi.stubEnv("WAYBILL_DRIVE_BUDGET_MS", "30000");
    const { id, digest } = await request("backend");
    await afterCommand(id);
    const entries = await loadPromotionEntries(world.pool, "demo", id);
    expect(entries.map(({ kind }) => kind)).toContain("rollout.accepted");
    expect(await specDigest(world, "backend", "staging")).toBe(digest);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
    await expectSoundRecord(world, id);
  });

  it("takes the way back too: an abort's revert is written when the click returns", async () => {
    vi.stubEnv("WAYBILL_DRIVE_BUDGET_MS", "30000");
    const before = await specDigest(world, "backend", "staging");
    const { id, digest } = await request("backend");
    await afterCommand(id);
    expect(await specDigest(world, "backend", "staging")).toBe(digest);
    const told = await abort(world.engine, world.people.rita, { promotion: id, why: "the wrong one" });
    expect(told.kind).toBe("told");
    await afterCommand(id);
    expect(await specDigest(world, "backend", "staging")).toBe(before);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("aborted");
  });

  it("does nothing where there is nothing to drive", async () => {
    await afterCommand(undefined);
    await afterCommand("demo-999");
  });
});

describe("a click in the split deployment", () => {
  it("drives nothing: the worker does it all", async () => {
    vi.stubEnv("WAYBILL_ROLE", "web");
    const before = await specDigest(world, "chat", "staging");
    const { id, digest } = await request("chat");
    await afterCommand(id);
    expect((await loadPromotionEntries(world.pool, "demo", id)).map((entry) => entry.kind)).toEqual([
      "promotion.requested",
      "promotion.started",
    ]);
    expect(await specDigest(world, "chat", "staging")).toBe(before);
    expect(await stepsOf(id)).toEqual([{ kind: "apply", attempts: 0, leased: false, trouble: null }]);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
    expect(await specDigest(world, "chat", "staging")).toBe(digest);
  });
});

describe("a click whose cluster hangs", () => {
  it("returns when its budget is spent, and leaves the step to the worker", async () => {
    vi.stubEnv("WAYBILL_DRIVE_BUDGET_MS", "5000");
    const { id } = await request("backend");
    let calls = 0;
    processWithEngine.waybillEngine = withTarget({
      plan: (_ref, _change, signal) => {
        calls += 1;
        return new Promise((_, refuse) => signal?.addEventListener("abort", () => refuse(timeOut())));
      },
    });
    // The call ends by nothing but being given up: that this returns is the proof.
    await afterCommand(id);
    processWithEngine.waybillEngine = world.engine;
    expect(calls).toBe(1);
    await untilSteps(id, (step) => !step.leased && step.attempts === 1 && step.trouble === "cluster demo: no answer");
    expect((await world.until(id, () => true)).phase).toBe("rollingOut");
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
    await expectSoundRecord(world, id);
  });

  it("returns even where the call does not hear that it is given up; the late answer counts once", async () => {
    const { id } = await request("chat");
    let answer: (error: Error) => void = () => undefined;
    const deaf = withTarget({
      plan: () =>
        new Promise((_, refuse) => {
          answer = refuse;
        }),
    });
    await drive(deaf, id, 5_000);
    expect(await stepsOf(id)).toMatchObject([{ kind: "apply", leased: true }]);
    answer(timeOut());
    await untilSteps(id, (step) => !step.leased && step.attempts === 1);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
    const entries = await loadPromotionEntries(world.pool, "demo", id);
    expect(entries.filter((entry) => entry.kind === "rollout.requested")).toHaveLength(1);
  });

  it("never throws: what breaks is logged, and the step given back at once", async () => {
    const { id } = await request("chat");
    const logged: string[] = [];
    const broken: Engine = {
      ...withTarget({ plan: () => Promise.reject(new TypeError("cannot read properties")) }),
      log: (_level, message) => logged.push(message),
    };
    await drive(broken, id, 30_000);
    expect(logged).toEqual(["driving a promotion ended early; the worker goes on"]);
    expect(await stepsOf(id)).toEqual([{ kind: "apply", attempts: 0, leased: false, trouble: null }]);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
  });
});

/** Resolves when every due step of the promotion is as `accept` says. */
async function untilSteps(id: string, accept: (step: Awaited<ReturnType<typeof stepsOf>>[number]) => boolean) {
  const end = performance.now() + 60_000;
  for (;;) {
    const steps = await stepsOf(id);
    if (steps.length > 0 && steps.every(accept)) return;
    if (performance.now() > end) throw new Error(`the steps of ${id} are ${JSON.stringify(steps)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
