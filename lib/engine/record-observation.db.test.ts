import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import type { Engine } from "@/lib/engine/engine";
import { type Cell, recordObservation } from "@/lib/engine/record-observation";
import { loadEntries } from "@/lib/ledger/load";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import type { ObservedPod, TargetObservation } from "@/lib/ports/deploy-target";
import type { World } from "@/lib/ports/world";

let database: TestDatabase;
let pools: Pool[];
let engines: Engine[];
let count = 0;
let cell: Cell;

const engineOver = (pool: Pool, owner: string): Engine => ({
  pool,
  // Recording what was seen calls nobody.
  world: {} as World,
  now: () => new Date().toISOString(),
  publicUrl: "http://127.0.0.1:3000",
  owner,
  leaseMs: 1_000,
  callMs: 1_000,
  log: () => undefined,
});

beforeAll(async () => {
  database = await createTestDatabase();
  pools = [createPool(database.url, { size: 4 }), createPool(database.url, { size: 4 })];
  engines = pools.map((pool, index) => engineOver(pool, `observer-${index}`));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await database.close();
});

const [a, b, c] = [digestOf("a"), digestOf("b"), digestOf("c")];

/** A project of each test's own, with one service in one environment that nobody has looked at. */
beforeEach(async () => {
  count += 1;
  cell = { project: `p${count}`, service: "api", environment: "staging" };
  await first().pool.execute(
    sql`insert into deployment (project, service, environment, target) values (${cell.project}, 'api', 'staging', '{}'::jsonb)`,
  );
});

function first(): Engine {
  const [engine] = engines;
  if (!engine) throw new Error("no engine");
  return engine;
}

const pod = (name: string, digest: string | undefined, extra: Partial<ObservedPod> = {}): ObservedPod => ({
  name,
  digest: digest as ObservedPod["digest"],
  ready: true,
  restarts: 0,
  phase: "Running",
  node: "n1",
  startedAt: undefined,
  current: true,
  trouble: undefined,
  ...extra,
});

/** Two pods that run what the spec says, a second later than the one before. */
function seen(digest: typeof a, extra: Partial<TargetObservation> = {}): TargetObservation {
  count += 1;
  return {
    at: new Date(Date.UTC(2026, 2, 1, 10, 0, count)).toISOString(),
    exists: true,
    specImage: `registry.example/api@${digest}`,
    specDigest: digest,
    promotion: undefined,
    generation: 0,
    targetGeneration: 1,
    observedGeneration: 1,
    resourceVersion: "1",
    desired: 2,
    updated: 2,
    ready: 2,
    available: 2,
    pods: [pod("x", digest), pod("y", digest)],
    failure: undefined,
    ...extra,
  };
}

const look = (observation: TargetObservation, engine = first()) => recordObservation(engine, cell, observation);

async function entries() {
  const all = await loadEntries(first().pool, cell.project);
  return all.map(({ kind, data }) => [kind, "runs" in data ? data.runs : "digest" in data ? data.digest : null]);
}

interface Stored {
  wanted: string | null;
  observed: string | null;
  drift: string | null;
  health: string;
  reason: string | null;
}

async function stored(): Promise<Stored | undefined> {
  const [row] = await first().pool.query<Stored>(
    sql`select wanted_digest as wanted, observed_digest as observed, drift_digest as drift, health, health_reason as reason
          from deployment where project = ${cell.project}`,
  );
  return row;
}

async function announce(digest: string, platforms: string[], version: string): Promise<void> {
  await first().pool.execute(
    sql`insert into release (project, key, version, announced_by, announced_at)
        values (${cell.project}, ${`api@${version}`}, ${version}, '{}'::jsonb, now())`,
  );
  await first().pool.execute(
    sql`insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, version, image)
        values (${cell.project}, ${`api@${version}`}, 'api', 0, 'api', ${digest}, ${platforms}, 1, ${version}, '{}'::jsonb)`,
  );
}

describe("two observers", () => {
  it("write one entry for what both found, and one for the drift that both see", async () => {
    const found = seen(a);
    await Promise.all(Array.from({ length: 10 }, (_, index) => look(found, engines[index % 2])));
    expect(await entries()).toEqual([["deployment.found", a]]);
    const drifted = seen(b);
    await Promise.all(Array.from({ length: 10 }, (_, index) => look(drifted, engines[index % 2])));
    expect(await entries()).toEqual([
      ["deployment.found", a],
      ["drift.detected", b],
    ]);
    const back = seen(a);
    await Promise.all(Array.from({ length: 10 }, (_, index) => look(back, engines[index % 2])));
    expect((await entries()).at(-1)).toEqual(["drift.cleared", a]);
    expect(await entries()).toHaveLength(3);
  });

  it("do not let the slower one bring back what is over", async () => {
    await look(seen(a));
    const old = seen(b);
    const fresh = seen(a, { ready: 2 });
    await look(fresh, engines[1]);
    await look(old);
    expect(await stored()).toMatchObject({ observed: a, drift: null });
    expect(await entries()).toEqual([["deployment.found", a]]);
  });
});

describe("an observer that was frozen", () => {
  it("changes nothing with what it had received before, though it takes that for news", async () => {
    await look(seen(a, { targetGeneration: 7, observedGeneration: 7, resourceVersion: "1200" }));
    await look(seen(b, { targetGeneration: 6, observedGeneration: 6, resourceVersion: "900" }), engines[1]);
    expect(await stored()).toMatchObject({ observed: a, drift: null });
    expect(await entries()).toEqual([["deployment.found", a]]);
  });

  it("is not confused with a workload that was made anew, nor with one whose count is no number", async () => {
    await look(seen(a, { targetGeneration: 7, observedGeneration: 7, resourceVersion: "1200" }));
    await look(seen(b, { targetGeneration: 1, observedGeneration: 1, resourceVersion: "1300" }));
    expect(await stored()).toMatchObject({ observed: b, drift: b });
    await look(seen(c, { targetGeneration: 1, observedGeneration: 1, resourceVersion: "opaque" }));
    expect(await stored()).toMatchObject({ observed: c });
    await look(seen(a, { targetGeneration: 1, observedGeneration: 1, resourceVersion: "5" }));
    expect(await stored()).toMatchObject({ observed: a, drift: null });
  });
});

describe("another workload", () => {
  it("that the project file names by now is what runs, though it had fewer orders and none since", async () => {
    await look(seen(a, { targetGeneration: 7, observedGeneration: 7, resourceVersion: "1200", uid: "u-1" }));
    await look(seen(b, { targetGeneration: 2, observedGeneration: 2, resourceVersion: "900", uid: "u-2" }));
    expect(await stored()).toMatchObject({ observed: b, drift: b });
    await look(seen(c, { targetGeneration: 1, observedGeneration: 1, resourceVersion: "800", uid: "u-2" }));
    expect(await stored()).toMatchObject({ observed: b });
  });
});

describe("of two colours", () => {
  const blue = (digest: typeof a, service: string) =>
    seen(digest, {
      ...{ targetGeneration: 6, observedGeneration: 6, resourceVersion: "1200" },
      colour: { live: "blue", problem: undefined, version: service },
    });
  const green = (service: string | undefined) =>
    seen(b, { resourceVersion: "900", colour: { live: "green", problem: undefined, version: service } });

  it("the one that the Service went back to is what runs, though it had fewer orders and none since", async () => {
    await look(green("1000"));
    await look(blue(a, "1250"));
    expect(await stored()).toMatchObject({ observed: a, drift: a });
    await look(green("1300"));
    expect(await stored()).toMatchObject({ observed: b, drift: null });
  });

  it("a frozen observer does not bring back the one before the switch, nor an order before the last", async () => {
    await look(blue(a, "1250"));
    await look(green("1300"));
    await look(blue(a, "1250"), engines[1]);
    expect(await stored()).toMatchObject({ observed: b });
    await look(blue(a, "1400"));
    await look(
      seen(c, { resourceVersion: "1100", colour: { live: "blue", problem: undefined, version: "1400" } }),
      engines[1],
    );
    expect(await stored()).toMatchObject({ observed: a });
  });

  it("the one of another Service is what runs, though that was changed last long before", async () => {
    const of = (serviceUid: string, digest: typeof a, version: string) =>
      seen(digest, { colour: { live: "blue", problem: undefined, version, serviceUid } });
    await look(of("s-1", a, "9000"));
    await look(of("s-2", b, "40"));
    expect(await stored()).toMatchObject({ observed: b });
    await look(of("s-2", a, "39"));
    expect(await stored()).toMatchObject({ observed: b });
  });

  it("one without a Service, and what was stored before its version was, is taken as it comes", async () => {
    await look(blue(a, "1250"));
    await look(green(undefined));
    expect(await stored()).toMatchObject({ observed: b });
    await look(blue(a, "1250"));
    expect(await stored()).toMatchObject({ observed: a });
  });
});

describe("what is seen", () => {
  it("of a workload that is gone is nothing, in words, and no drift", async () => {
    await look(seen(a));
    const none = { exists: false, specDigest: undefined, specImage: undefined, desired: 0, pods: [] };
    await look(seen(a, { ...none, updated: 0, ready: 0, available: 0 }));
    const expected = { wanted: a, observed: null, drift: null, health: "nothing" };
    expect(await stored()).toMatchObject({ ...expected, reason: "the workload does not exist" });
    expect(await entries()).toEqual([["deployment.found", a]]);
  });

  it("of a workload that was never there is not found", async () => {
    const none = { exists: false, specDigest: undefined, specImage: undefined, desired: 0, pods: [] };
    await look(seen(a, none));
    expect(await stored()).toMatchObject({ wanted: null, observed: null, health: "nothing" });
    expect(await entries()).toEqual([]);
  });

  it("of a workload scaled to none is nothing that runs, and no drift while its spec says what it should", async () => {
    await look(seen(a));
    await look(seen(a, { desired: 0, updated: 0, ready: 0, available: 0, pods: [] }));
    expect(await stored()).toMatchObject({ observed: null, drift: null, health: "nothing", reason: "scaled to none" });
    await look(seen(b, { desired: 0, updated: 0, ready: 0, available: 0, pods: [] }));
    expect(await stored()).toMatchObject({ observed: null, drift: b });
  });

  it("of pods that differ is no digest, and no drift while its spec says what it should", async () => {
    await look(seen(a));
    await look(seen(a, { pods: [pod("x", a), pod("y", b, { current: false })] }));
    expect(await stored()).toMatchObject({ observed: null, drift: null });
    await look(seen(b, { pods: [pod("x", a, { current: false }), pod("y", b, { ready: false })] }));
    expect(await stored()).toMatchObject({ observed: null, drift: b, health: "degraded" });
  });

  it("of a spec that names a tag is what its pods run", async () => {
    const tagged = { specDigest: undefined, specImage: "registry.example/api:latest" };
    await look(seen(a, tagged));
    expect(await entries()).toEqual([["deployment.found", a]]);
    await look(seen(b, tagged));
    expect(await stored()).toMatchObject({ wanted: a, observed: b, drift: b });
  });

  it("of a platform's digest is the index that it was announced with", async () => {
    await announce(a, [b, c], "v1.0.0");
    await look(seen(a, { pods: [pod("x", b), pod("y", c)] }));
    expect(await stored()).toMatchObject({ wanted: a, observed: a, drift: null });
    // Somebody writes one platform's digest into the spec: the same bytes.
    await look(seen(b, { pods: [pod("x", b), pod("y", b)] }));
    expect(await stored()).toMatchObject({ observed: a, drift: null });
    expect(await entries()).toEqual([["deployment.found", a]]);
  });

  it("of an image that nobody announced is its spec's digest, whatever its pods call it; of another one it is not", async () => {
    await look(seen(a, { pods: [pod("x", b), pod("y", c)] }));
    expect(await stored()).toMatchObject({ wanted: a, observed: a, drift: null });
    const old = pod("y", c, { current: false });
    await look(seen(a, { pods: [pod("x", b), old] }));
    expect(await stored()).toMatchObject({ observed: null });
    await announce(a, [b], "v1.0.0");
    await look(seen(a, { pods: [pod("x", b), pod("y", c)] }));
    expect(await stored()).toMatchObject({ observed: null });
  });

  it("is called by its own version, though the pods still run another", async () => {
    await announce(a, [], "v1.0.0");
    await announce(b, [], "v2.0.0");
    await look(seen(b, { pods: [pod("x", a, { current: false }), pod("y", a, { current: false })] }));
    const [row] = await first().pool.query(
      sql`select wanted_digest as digest, wanted_version as version, wanted_release as release, observed_version as runs
            from deployment where project = ${cell.project}`,
    );
    expect(row).toEqual({ digest: b, version: "v2.0.0", release: "api@v2.0.0", runs: "v1.0.0" });
  });

  it("from one drift to another is told, and counts from the first", async () => {
    await look(seen(a));
    await look(seen(b));
    const since = await driftSince();
    await look(seen(c));
    expect(await driftSince()).toBe(since);
    expect((await entries()).slice(1)).toEqual([
      ["drift.detected", b],
      ["drift.detected", c],
    ]);
  });

  it("of a service that nobody knows changes nothing", async () => {
    await recordObservation(first(), { ...cell, service: "gone" }, seen(a));
    expect(await stored()).toMatchObject({ wanted: null, observed: null });
  });
});

async function driftSince(): Promise<string | undefined> {
  const [row] = await first().pool.query<{ since: string }>(
    sql`select drift_since as since from deployment where project = ${cell.project}`,
  );
  return row?.since;
}

describe("while a promotion is active there", () => {
  it("a difference is its work: no drift, and its looks are due at once", async () => {
    await look(seen(a));
    const promotion = `${cell.project}-1`;
    await first().pool.execute(
      sql`insert into rollout (promotion, service, project, environment, active, phase, to_digest)
          values (${promotion}, 'api', ${cell.project}, 'staging', true, 'rollingOut', ${b})`,
    );
    const steps = ["observe", "verify"].map((kind) => ({ id: `${promotion}:${kind}`, kind }));
    await first().pool.execute(
      sql`insert into step (id, promotion, project, kind, payload, status, due_at)
          select s.id, ${promotion}, ${cell.project}, s.kind, '{}'::jsonb, 'due', now() + interval '1 hour'
            from jsonb_to_recordset(${json(steps)}::jsonb) as s (id text, kind text)`,
    );
    await look(seen(b));
    expect(await stored()).toMatchObject({ observed: b, wanted: a, drift: null });
    expect(await entries()).toEqual([["deployment.found", a]]);
    const due = await first().pool.query(
      sql`select kind from step where promotion = ${promotion} and due_at <= now() + interval '1 ms' and status = 'due'`,
    );
    expect(due).toEqual([{ kind: "observe" }]);
  });
});
