import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { approve } from "@/lib/commands/approve";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";

let world: DemoWorld;
beforeAll(async () => {
  world = await createDemoWorld();
});
afterAll(() => world?.close());

async function request(release: string, environment: string): Promise<string> {
  const asked = await requestPromotion(world.engine, world.people.rita, {
    project: "demo",
    environment,
    release,
    idempotencyKey: `${release}:${environment}:${Math.random()}`,
  });
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}

describe("a promotion, from an announced image to production", () => {
  it("goes to staging, is approved by a second person, and runs in production by the same digest", async () => {
    const { key, digest } = await world.release("backend", "v1.1.0");
    const staged = await world.ended(await request(key, "staging"));
    expect(staged.phase).toBe("succeeded");

    const id = await request(key, "production");
    const waiting = await world.until(id, (state) => state.phase === "waiting" && state.verdicts.length > 0);
    const told = await approve(world.engine, world.people.arjun, { promotion: id, planHash: waiting.planHash });
    expect(told.kind).toBe("told");
    const done = await world.ended(id);
    expect(done.phase).toBe("succeeded");
    const registry = await world.engine.world.registry("demo", "registry");
    expect((await registry.resolve("demo-backend", { tag: "prod" })).digest).toBe(digest);
    const entries = await loadPromotionEntries(world.pool, "demo", id);
    expect(entries.map((entry) => entry.kind)).toEqual(
      expect.arrayContaining([
        "promotion.requested",
        "promotion.approved",
        "promotion.started",
        "rollout.requested",
        "rollout.accepted",
        "rollout.observed",
        "tag.moved",
        "promotion.succeeded",
      ]),
    );
  });

  it("goes back by itself when the image crashes, blocks the digest and says why", async () => {
    const { key, digest } = await world.release("backend", "v1.2.0", "crash");
    const id = await request(key, "staging");
    const ended = await world.ended(id);
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "failed", service: "backend" } });
    if (ended.phase === "rolledBack") expect(ended.cause.reason).toContain("CrashLoopBackOff");
    const again = await requestPromotion(world.engine, world.people.rita, {
      project: "demo",
      environment: "staging",
      release: key,
      idempotencyKey: "again-after-block",
    });
    expect(again).toMatchObject({ kind: "rejection", code: "gateClosed" });
    expect(again.kind === "rejection" && again.message).toContain(digest.slice(7, 11));
  });

  it("goes back at the third wrong answer of its health endpoint, not only when its time is over", async () => {
    const { key } = await world.release("chat", "v1.2.0", "errors");
    const id = await request(key, "staging");
    const ended = await world.ended(id);
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "failed", service: "chat" } });
    if (ended.phase === "rolledBack") expect(ended.cause.reason).toContain("answered 500, not 200");
  });

  it("rolls back by a click, to what was verified before", async () => {
    const { key } = await world.release("backend", "v1.3.0");
    expect((await world.ended(await request(key, "staging"))).phase).toBe("succeeded");
    const back = await rollBack(world.engine, world.people.rita, {
      project: "demo",
      environment: "staging",
      services: ["backend"],
      idempotencyKey: "click-back-1",
    });
    if (back.kind === "rejection") throw new Error(back.message);
    expect(back.state.plan.kind).toBe("rollback");
    const ended = await world.ended(back.state.id);
    expect(ended.phase).toBe("succeeded");
    expect(ended.plan.services[0]?.to.version).toBe("v1.1.0");
  });
});

describe("a target that an earlier installation wrote to", () => {
  it("is taken over above the number that it carries", async () => {
    const { clusterUrl, tokens } = world.sandbox;
    const path = "/apis/apps/v1/namespaces/demo-staging/deployments/chat";
    const answer = await fetch(`${clusterUrl}${path}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${tokens.admin}`, "content-type": "application/merge-patch+json" },
      body: JSON.stringify({
        metadata: { annotations: { "waybill.dev/generation": "41", "waybill.dev/promotion": "old-7" } },
      }),
    });
    expect(answer.status).toBe(200);
    await vi.waitFor(async () => {
      const [row] = await world.pool.query<{ generation: number }>(
        sql`select (observation->>'generation')::int as generation from deployment where service = 'chat' and environment = 'staging'`,
      );
      expect(row?.generation).toBe(41);
    }, 60_000);
    const { key } = await world.release("chat", "v1.1.0");
    const done = await world.ended(await request(key, "staging"));
    expect(done).toMatchObject({ phase: "succeeded", rollouts: [{ generation: 42 }] });
  });
});
