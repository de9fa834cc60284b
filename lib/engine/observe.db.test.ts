import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { Observer } from "@/lib/engine/observe";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import type { DeployTarget, TargetObservation, TargetRef } from "@/lib/ports/deploy-target";
import type { World } from "@/lib/ports/world";
import { readMatrixRows } from "@/lib/queries/api/matrix";
import { administrator, layOut } from "@/lib/queries/testing/matrix-fixture";

/** A watch as the observer began it. */
interface Watch {
  refs: TargetRef[];
  on: Parameters<DeployTarget["watch"]>[1];
  signal: AbortSignal;
}

let database: TestDatabase;
let pool: Pool;
let watches: Watch[];
let observer: Observer;
let stop: AbortController;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { size: 4 });
  await layOut(pool, "veza", [{ name: "staging" }, { name: "production" }], ["api"]);
  await pool.execute(sql`
    update deployment set health = 'healthy', target = target || jsonb_build_object('namespace', environment)`);
  await pool.execute(sql`
    insert into connection (name, kind, projects, spec, version, applied_by, applied_at)
    values ('cluster', 'kubernetes', '{veza}', '{}', 1, '{}', now())`);
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

beforeEach(() => {
  watches = [];
  stop = new AbortController();
  const watch: DeployTarget["watch"] = (refs, on, signal) => {
    watches.push({ refs, on, signal });
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  };
  const engine = {
    pool,
    world: { target: async () => ({ watch }) } as unknown as World,
    now: () => new Date().toISOString(),
    ...{ publicUrl: "http://127.0.0.1:3000", owner: "observer", leaseMs: 1_000, callMs: 1_000, log: () => undefined },
  };
  observer = new Observer(engine, stop.signal);
  return async () => {
    stop.abort();
    await observer.close();
  };
});

it("goes on with the same watch while nothing changed, and begins anew when the connection is another one", async () => {
  await observer.refresh();
  await expect.poll(() => watches.length).toBe(1);
  await observer.refresh();
  expect(watches).toHaveLength(1);
  await pool.execute(sql`update connection set version = version + 1 where name = 'cluster'`);
  await observer.refresh();
  await expect.poll(() => watches.length).toBe(2);
  expect(watches.map(({ signal }) => signal.aborted)).toEqual([true, false]);
});

it("is closed once what it was writing is written; what waited behind that is left", async () => {
  await observer.refresh();
  await expect.poll(() => watches.length).toBe(1);
  const [watch] = watches;
  const [ref] = watch?.refs ?? [];
  if (!watch || !ref) throw new Error("nothing is watched");
  const order: string[] = [];
  let closed: Promise<unknown> = Promise.resolve();
  await pool.transaction(async (tx) => {
    await tx.query(sql`select from deployment where project = 'veza' for update`);
    for (const hex of ["a", "b"]) watch.on.observation(ref, seen(hex));
    await expect.poll(() => waiting(), { interval: 5 }).toBeGreaterThan(0);
    closed = observer.close().then(() => order.push("closed"));
    await expect.poll(() => watch.signal.aborted).toBe(true);
    // Enough turns for whoever does not wait for the writing.
    for (let turn = 0; turn < 20; turn += 1) await tx.query(sql`select 1`);
    order.push("let go");
  });
  await closed;
  expect(order).toEqual(["let go", "closed"]);
  const rows = await pool.query<{ digest: string }>(
    sql`select observed_digest as digest from deployment where observed_digest is not null`,
  );
  expect(rows).toEqual([{ digest: digestOf("a") }]);
  await pool.execute(sql`update deployment set observed_digest = null, wanted_digest = null`);
});

/** How many of this database's sessions wait for a lock. */
async function waiting(): Promise<number> {
  const [row] = await pool.query<{ count: number }>(
    sql`select count(*)::int as count from pg_locks join pg_stat_activity using (pid)
         where not granted and datname = current_database()`,
  );
  return row?.count ?? 0;
}

function seen(hex: string): TargetObservation {
  const digest = digestOf(hex);
  const counts = { desired: 1, updated: 1, ready: 1, available: 1, generation: 0, targetGeneration: 1 };
  return {
    ...{ at: new Date().toISOString(), exists: true, specImage: `r/api@${digest}`, specDigest: digest },
    ...{ promotion: undefined, observedGeneration: 1, resourceVersion: "1", failure: undefined, ...counts },
    pods: [
      {
        ...{ name: "x", digest, ready: true, restarts: 0, phase: "Running", node: "n1", startedAt: undefined },
        ...{ current: true, trouble: undefined },
      },
    ],
  };
}

it("says of what cannot be seen that it is unknown, and why, while its neighbour is seen", async () => {
  const cells = async () => {
    const { items } = await readMatrixRows(pool, administrator, { limit: 10 });
    return Object.fromEntries(items[0]?.cells.map((one) => [one.environment, [one.health, one.healthReason]]) ?? []);
  };
  const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, second)).toISOString();
  await pool.execute(sql`update deployment set observed_at = ${at(0)}`);
  await observer.refresh();
  await expect.poll(() => watches.length).toBe(1);
  const [watch] = watches;
  const [staging] = watch?.refs.filter((one) => "namespace" in one && one.namespace === "staging") ?? [];
  watch?.on.trouble(new Error('cluster: pods is forbidden in the namespace "production"'));
  const why = 'cannot be seen: cluster: pods is forbidden in the namespace "production"';
  await expect.poll(cells).toEqual({ staging: ["unknown", why], production: ["unknown", why] });

  const soon = new Date(Date.now() + 1_000).toISOString();
  watch?.on.current?.(staging ? [staging] : [], soon);
  await expect.poll(cells).toEqual({ staging: ["healthy", null], production: ["unknown", why] });
  watch?.on.current?.(watch.refs, new Date(Date.now() + 2_000).toISOString());
  await expect.poll(cells).toEqual({ staging: ["healthy", null], production: ["healthy", null] });
  // The settings page says so too, once everything behind the connection was seen again.
  watch?.on.current?.(watch.refs, new Date(Date.now() + 3_000).toISOString());
  await expect
    .poll(() => pool.query(sql`select trouble from connection where name = 'cluster'`))
    .toEqual([{ trouble: null }]);
});
