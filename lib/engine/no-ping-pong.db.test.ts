import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { releaseHold } from "@/lib/commands/hold";
import { promoteAutomatically } from "@/lib/commands/promote-automatically";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { unblock } from "@/lib/commands/unblock";
import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { specDigest } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { ExternalError } from "@/lib/ports/external-error";
import { readEnvironment } from "@/lib/queries/environment";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { WorkLoop } from "@/lib/worker/work-loop";

let world: DemoWorld;
const staging = { project: "demo", environment: "staging" };
const subscription = `  notify:
    - { on: [promotion.stuck], webhook: { url: "https://hooks.example.com/waybill", secret: "env:NO_SUCH_SECRET" } }
`;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

/** The project's file: staging promotes by itself or not, and asks for the health of a service or not. */
async function apply({ automatic = false, health = true } = {}): Promise<void> {
  const by = automatic ? "\n      autoPromote: newest" : "";
  const unchecked = health ? {} : { verification: { staging: "{ watch: 1s }" } };
  const text = projectFile(world.sandbox, unchecked).replace(
    "tag: staging\n",
    `tag: staging${by}\n      queue: newest\n`,
  );
  const applied = await applyDocuments(
    world.engine,
    world.people.ada,
    { text: text + subscription },
    { operator: true },
  );
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

async function ask(release: string): Promise<PromotionState> {
  const input = { ...staging, release, idempotencyKey: `ping-pong-${release}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

async function succeed(release: string): Promise<void> {
  const { id } = await ask(release);
  expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
}

/** What automation asked for in one look, by release. */
async function sweep(): Promise<string[]> {
  const asked = await promoteAutomatically(world.engine);
  return asked.flatMap(({ wanted, promotion, error }) => {
    if (error) throw error;
    return promotion === undefined ? [] : [wanted.release];
  });
}

const kindsOf = async (id: string) => (await loadPromotionEntries(world.pool, "demo", id)).map(({ kind }) => kind);
const toldOf = (id: string) =>
  world.pool.query<{ event: string }>(sql`select event from notification where promotion = ${id}`);
const release = (input: object) =>
  releaseHold(world.engine, world.people.rita, { ...staging, why: "looked at it", ...input });

describe("a rollback whose checks fail", () => {
  it("is not rolled back: it is stuck, the environment is held, a person is called, and all of it waits for one", async () => {
    await apply({ health: false });
    const worse = await world.release("chat", "v5.1.0", "errors");
    await succeed(worse.key);
    await apply({ automatic: true });
    const good = await world.release("chat", "v5.2.0");
    await succeed(good.key);
    const input = { ...staging, services: ["chat"], reason: "complaints", idempotencyKey: "back-to-worse" };
    const asked = await rollBack(world.engine, world.people.rita, input);
    if (asked.kind === "rejection") throw new Error(asked.message);
    const { id } = asked.state;
    const next = await world.release("chat", "v5.3.0");
    const behind = await ask(next.key);
    await world.withWorker(() => world.until(id, (state) => state.phase === "stuck"));

    expect(await kindsOf(id)).not.toContain("revert.requested");
    expect(await specDigest(world, "chat", "staging")).toBe(worse.digest);
    expect(await toldOf(id)).toEqual([{ event: "promotion.stuck" }]);
    const page = await readEnvironment(world.pool, world.people.vera, staging, new Date().toISOString());
    const reason = `${id} is stuck: this is a rollback itself: a person decides what runs next`;
    expect(page.hold).toMatchObject({ by: "Waybill", reason });
    expect(await sweep()).toEqual([]);
    expect(["waiting", "queued"]).toContain((await world.until(behind.id, () => true)).phase);

    const close = { promotion: id, how: "close", why: "going on with the next one" };
    expect(await settleStuck(world.engine, world.people.rita, close)).toMatchObject({ kind: "told" });
    // Its place is free by now, and the hold still stands between.
    await world.withWorker(() =>
      world.until(
        behind.id,
        ({ phase, verdicts }) => phase === "waiting" && verdicts.some((one) => one.gate === "hold"),
      ),
    );
    expect(await sweep()).toEqual([]);
    expect(await release({})).toMatchObject({ kind: "released" });
    expect((await world.withWorker(() => world.ended(behind.id))).phase).toBe("succeeded");
    await expectSoundRecord(world, id);
  });
});

describe("a way back that fails", () => {
  /** As `withWorker`, over a cluster that takes every order but one to go back. */
  async function withoutWayBack<T>(work: () => Promise<T>): Promise<T> {
    const refused = new ExternalError({
      system: "cluster",
      code: "forbidden",
      message: "no way back",
      retryable: false,
    });
    const engine: Engine = {
      ...world.engine,
      world: {
        ...world.engine.world,
        target: async (project, connection) => {
          const target = await world.engine.world.target(project, connection);
          return { ...target, revert: () => Promise.reject(refused) };
        },
      },
    };
    const loop = new WorkLoop(engine, { concurrency: 4, sweepMs: 100 });
    loop.start();
    try {
      return await work();
    } finally {
      await loop.stop(5_000);
    }
  }

  it("stops there while automation looks as often as it likes, and what waits behind it does not start", async () => {
    await apply({ automatic: true });
    const bad = await world.release("backend", "v5.1.0", "crash");
    expect(await sweep()).toEqual([bad.key]);
    const [row] = await world.pool.query<{ id: string }>(sql`select id from promotion where release = ${bad.key}`);
    const id = row?.id ?? "";
    const looks: Promise<string[]>[] = [];
    const next = await withoutWayBack(async () => {
      await world.until(id, (state) => "rollouts" in state);
      const newer = await world.release("backend", "v5.2.0");
      let stuck = false;
      const ending = world.until(id, (state) => state.phase === "stuck").then(() => (stuck = true));
      while (!stuck) {
        const look = sweep();
        looks.push(look);
        await look;
      }
      await ending;
      looks.push(sweep(), sweep(), sweep());
      await Promise.all(looks);
      return newer;
    });
    const asked = (await Promise.all(looks)).flat();
    expect(asked.length).toBeLessThanOrEqual(1);
    const behind = asked.length === 1 ? undefined : await ask(next.key);
    const rows = await world.pool.query<{ id: string }>(sql`select id from promotion where release = ${next.key}`);
    expect(rows).toHaveLength(1);
    const waiting = rows[0]?.id ?? behind?.id ?? "";
    expect(["waiting", "queued"]).toContain((await world.until(waiting, () => true)).phase);

    // The first hold is lifted too early, and the way back fails again: it is held again.
    expect(await release({})).toMatchObject({ kind: "released" });
    const { rita } = world.people;
    expect(await settleStuck(world.engine, rita, { promotion: id, how: "retry" })).toMatchObject({ kind: "told" });
    await withoutWayBack(() => world.until(id, (state) => state.phase === "stuck"));
    expect(await release({})).toMatchObject({ kind: "released" });
    expect(await settleStuck(world.engine, rita, { promotion: id, how: "retry" })).toMatchObject({ kind: "told" });
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("rolledBack");
    expect((await world.withWorker(() => world.ended(waiting))).phase).toBe("succeeded");
    expect(await specDigest(world, "backend", "staging")).toBe(next.digest);
    expect((await kindsOf(id)).filter((kind) => kind === "environment.held")).toHaveLength(2);
    expect((await toldOf(id)).filter(({ event }) => event === "promotion.stuck")).toHaveLength(2);
    await expectSoundRecord(world, id);
  });
});

describe("what was rolled back by itself", () => {
  it("is not brought back by automation, under whatever name, blocked or not", async () => {
    await apply({ automatic: true });
    const bad = await world.release("backend", "v5.5.0", "crash");
    expect(await sweep()).toEqual([bad.key]);
    const [row] = await world.pool.query<{ id: string }>(sql`select id from promotion where release = ${bad.key}`);
    expect((await world.withWorker(() => world.ended(row?.id ?? ""))).phase).toBe("rolledBack");
    expect(await sweep()).toEqual([]);
    const again = {
      project: "demo",
      version: "v5.6.0",
      artifacts: [{ service: "backend", image: `demo-backend@${bad.digest}` }],
    };
    expect((await announceRelease(world.engine, world.people.rita, again)).kind).toBe("announced");
    expect(await sweep()).toEqual([]);
    const block = `${row?.id}:backend`;
    const lifted = await unblock(world.engine, world.people.ada, { project: "demo", block, why: "it was the node" });
    expect(lifted.kind).toBe("unblocked");
    expect(await sweep()).toEqual([]);
    const next = await world.release("backend", "v5.7.0");
    expect(await sweep()).toEqual([next.key]);
  });
});
