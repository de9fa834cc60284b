import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Principal } from "@/lib/auth/principal";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { readEnvironment } from "@/lib/queries/environment";
import { listEnvironments } from "@/lib/queries/environments";
import {
  announce,
  beat,
  blocks,
  digestOf,
  holds,
  layOut,
  minute,
  opens,
  personWith,
  runs,
  verified,
} from "@/lib/queries/testing/matrix-fixture";

const route = [{ name: "staging" }, { name: "production", requires: ["staging"] }];
const guarded = {
  strategy: { kind: "rolling", deadlineMs: 600_000 },
  onFailure: "rollBack",
  autoPromote: "off",
  queue: "newest",
};
const unwatched = { health: [], smoke: [], watchMs: 0 };
const tried = { kind: "image", nonRoot: true, shadow: true };
const policies = [
  { ...guarded, name: "staging", position: 0, gates: [tried], protected: false, verification: unwatched },
  {
    ...{ ...guarded, name: "production", position: 1, protected: true, tag: "prod" },
    requires: { match: "all", environments: ["staging"] },
    gates: [
      { kind: "approval", count: 2, from: ["approvers"], expiresAfterMs: 3_600_000 },
      { kind: "soak", in: "staging", forMs: 7_200_000 },
    ],
    verification: { health: [{ url: "https://x/health", status: 200 }], smoke: [], watchMs: 300_000 },
  },
];
const viewer = personWith(["veza", "viewer"]);
const place = { project: "veza", environment: "production" };

let test: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  await beat(pool);
  for (const project of ["veza", "other"]) {
    await layOut(
      pool,
      project,
      route,
      Array.from({ length: 60 }, (_, index) => `s${String(index).padStart(2, "0")}`),
    );
    await pool.execute(
      sql`update project set document = document || ${json({ environments: policies })}::jsonb where name = ${project}`,
    );
  }
  await pool.execute(
    sql`update environment set protected = true, tag = 'prod' where project = 'veza' and name = 'production'`,
  );
  for (const n of [1, 2]) await announce(pool, "veza", "s00", n);
  await verified(pool, "veza", "s00", "staging", 2, 3);
  await runs(pool, "veza", "s00", "production", 1);
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

const read = (over: object = {}, principal: Principal = viewer) =>
  readEnvironment(pool, principal, { ...place, ...over }, minute(100));

async function ended(phase: string, endedAt: number, state: object = {}): Promise<string> {
  const id = await opens(pool, { project: "veza", service: "s00", environment: "production" }, 2, phase, state);
  await pool.execute(sql`update promotion set ended_at = ${minute(endedAt)} where id = ${id}`);
  await pool.execute(sql`update deployment set open_promotion = null, open_phase = null where open_promotion = ${id}`);
  await pool.execute(sql`update rollout set active = false where promotion = ${id}`);
  return id;
}

describe("an environment", () => {
  it("says what guards it, in words", async () => {
    expect((await read()).policy).toEqual({
      ...{ tag: "prod", protected: true, onFailure: "rollBack", autoPromote: "off", queue: "newest", fileVersion: 1 },
      strategy: "rolling, 10m at most",
      verification: "the running digest, 1 health endpoint, watched for 5m",
      gates: [
        { gate: "upstream", demand: "the same digest succeeded in staging" },
        { gate: "approval", demand: "2 of approvers, within 1h" },
        { gate: "soak", demand: "2h in staging" },
      ],
    });
    expect((await read({ environment: "staging" })).policy.gates).toEqual([
      { gate: "image", demand: "not as root, in shadow" },
    ]);
  });

  it("shows what runs as the matrix does, a page at a time", async () => {
    const { services } = await read({}, personWith(["veza", "releaseManager"]));
    expect(services).toMatchObject({ total: 60, offset: 0 });
    expect(services.lines).toHaveLength(50);
    expect(services.lines[0]?.cell).toMatchObject({ version: "v1", canPromote: { version: "v2" } });
    expect((await read()).services.lines[0]?.cell.canPromote).toBeUndefined();
    expect(services.lines[1]?.cell).toMatchObject({ health: "unknown" });
    expect((await read({ offset: 50 })).services.lines.map((line) => line.service)).toEqual(
      Array.from({ length: 10 }, (_, index) => `s${50 + index}`),
    );
  });

  it("shows what has run: only what changed something, the newest first", async () => {
    const plan = { services: [{ service: "s00", to: { digest: digestOf(2) } }] };
    const good = await ended("succeeded", 30, { plan });
    const bad = await ended("rolledBack", 40, { plan, cause: { reason: "it crashed" } });
    await ended("rejected", 41, { plan, why: "no" });
    await ended("aborted", 42, { plan, rollouts: [] });
    const stopped = await ended("aborted", 43, {
      plan,
      why: "enough",
      rollouts: [{ service: "s00", phase: "reverted" }],
    });
    const { past } = await read();
    expect(past.lines.map((line) => [line.id, line.phase, line.why])).toEqual([
      [stopped, "aborted", "enough"],
      [bad, "rolledBack", "it crashed"],
      [good, "succeeded", ""],
    ]);
    expect(past.lines[2]).toMatchObject({
      version: "v2",
      endedAt: minute(30),
      digests: [{ service: "s00", digest: digestOf(2) }],
    });
    expect(past.next).toBeNull();
    expect((await read({ before: `${minute(40)},${bad}` })).past.lines.map((line) => line.id)).toEqual([good]);
    await expect(read({ before: "yesterday" })).rejects.toThrow(InvalidInput);
  });

  it("pages a long past without a gap or a double", async () => {
    for (let n = 0; n < 25; n++) await ended("succeeded", 200 + Math.floor(n / 3), { plan: { services: [] } });
    const all: string[] = [];
    for (let before: string | null | undefined; before !== null; ) {
      const { past } = await read(before ? { before } : {});
      all.push(...past.lines.map((line) => line.id));
      before = past.next;
    }
    expect(all).toHaveLength(28);
    expect(new Set(all).size).toBe(28);
  });

  it("lists blocks that stand, with the evidence, and the queue in its order", async () => {
    const id = await blocks(pool, "veza", "s00", "production", 2);
    expect((await read()).blocks).toEqual([
      {
        ...{ id, service: "s00", digest: digestOf(2), version: "v2", reason: "crashed", nextStep: "mend it" },
        ...{ promotion: null, by: "worker", at: minute(22) },
      },
    ]);
    await pool.execute(sql`update block set lifted_at = now() where id = ${id}`);
    expect((await read()).blocks).toEqual([]);
    const at = (service: string) => ({ project: "veza", service, environment: "production" });
    const waiting = await opens(pool, at("s01"), 3, "waiting", { since: minute(13) });
    const queued = await opens(pool, at("s02"), 4, "queued");
    const moving = await opens(pool, at("s03"), 5, "verifying");
    expect((await read()).queue.map((line) => line.id)).toEqual([moving, queued, waiting]);
    expect((await read()).queue[2]).toMatchObject({ since: minute(13), requestedBy: "Sam" });
  });

  it("says who holds it, and what whoever looks may do about that", async () => {
    expect((await read()).may).toEqual({
      hold: false,
      release: false,
      releaseProject: false,
      unblock: false,
      pin: false,
    });
    expect((await read({}, personWith(["veza", "approver"]))).may).toEqual({
      hold: true,
      release: false,
      releaseProject: false,
      unblock: true,
      pin: false,
    });
    await holds(pool, "veza", "production", "drill");
    expect((await read()).hold).toEqual({ reason: "drill", by: "Olga", at: minute(1) });
  });

  it("is not there for whoever may not see its project, nor where it does not exist", async () => {
    await expect(read({}, personWith(["other", "administrator"]))).rejects.toThrow(NotFound);
    await expect(read({ environment: "nowhere" })).rejects.toThrow(NotFound);
    await expect(read({ project: "nothing" })).rejects.toThrow(NotFound);
  });
});

describe("the list of environments", () => {
  it("follows the routes of the projects that may be seen", async () => {
    const view = await listEnvironments(pool, personWith(["veza", "releaseManager"]), { now: minute(100) });
    expect(view.environments.map((line) => `${line.project}/${line.environment}`)).toEqual([
      "veza/staging",
      "veza/production",
    ]);
    expect(view.environments[0]).toMatchObject({ gates: [] });
    expect(view.environments[1]).toEqual({
      ...{ closed: null, gates: ["approval", "soak"] },
      ...{ project: "veza", environment: "production", tag: "prod", protected: true },
      ...{ requires: ["staging"], requiresAny: false, hold: { reason: "drill", by: "Olga", at: minute(1) } },
      ...{ running: 1, healthy: 1, drifted: 0, waiting: 2, moving: 1, may: { hold: true, release: true } },
    });
    expect((await listEnvironments(pool, personWith(), { now: minute(1) })).environments).toEqual([]);
  });
});
