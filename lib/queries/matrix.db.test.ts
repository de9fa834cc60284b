import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Principal } from "@/lib/auth/principal";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { readMatrix } from "@/lib/queries/matrix";
import { type MatrixShow, matrixInput } from "@/lib/queries/matrix-input";
import type { MatrixCell } from "@/lib/queries/matrix-view";
import {
  administrator,
  announce,
  beat,
  blocks,
  digestOf,
  holds,
  layOut,
  minute,
  opens,
  personWith,
  type RouteStop,
  runs,
  verified,
} from "@/lib/queries/testing/matrix-fixture";

const route: RouteStop[] = [
  { name: "testing" },
  { name: "staging", requires: ["testing"] },
  { name: "production", requires: ["staging"] },
];
const manager = personWith(["veza", "releaseManager"]);
const place = (service: string, environment: string) => ({ project: "veza", service, environment });

let test: TestDatabase;
let pool: Pool;
let fresh = 0;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  await beat(pool);
  await layOut(pool, "veza", route, ["quiet"]);
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

/** A service of its own for a test, whose v1 runs and is verified everywhere. */
async function newService(): Promise<string> {
  const service = `service-${++fresh}`;
  await pool.execute(sql`
    insert into service (project, name, position, connection, repository) values ('veza', ${service}, ${fresh}, 'registry', ${`veza-${service}`})`);
  await pool.execute(sql`
    insert into deployment (project, service, environment, target)
    select 'veza', ${service}, name, '{"connection": "cluster"}' from environment where project = 'veza'`);
  await announce(pool, "veza", service, 1);
  for (const [index, { name }] of route.entries()) {
    await verified(pool, "veza", service, name, 1, 2 + index);
    await runs(pool, "veza", service, name, 1);
  }
  return service;
}

async function view(principal: Principal, over: object = {}) {
  return readMatrix(pool, principal, matrixInput.parse(over));
}

async function cellOf(service: string, environment: string, principal: Principal = manager): Promise<MatrixCell> {
  const { rows } = await view(principal, { text: service, projects: ["veza"], limit: 200 });
  const cell = rows.find((row) => row.service === service)?.cells.find((one) => one.environment === environment);
  if (!cell) throw new Error(`${service} has no cell in ${environment}`);
  return cell;
}

describe("a cell", () => {
  it("says what was seen: version, digest, since when, and nothing more where all is well", async () => {
    const service = await newService();
    expect(await cellOf(service, "production")).toEqual({
      environment: "production",
      health: "healthy",
      version: "v1",
      digest: digestOf(1).slice(7),
      since: minute(2),
      leg: { kind: "same" },
    });
    expect((await cellOf(service, "testing")).leg).toBeUndefined();
  });

  it("is unknown where nobody has looked, whatever is stored", async () => {
    const service = await newService();
    await pool.execute(
      sql`update deployment set observed_at = null, health = 'healthy' where service = ${service} and environment = 'staging'`,
    );
    expect(await cellOf(service, "staging")).toMatchObject({ health: "unknown", reason: "not looked at yet" });
    await pool.execute(
      sql`update deployment set observed_digest = null where service = ${service} and environment = 'staging'`,
    );
    expect((await cellOf(service, "staging")).version).toBe("not known");
  });

  it("is unknown while its connection does not answer, and healthy again once it was seen after that", async () => {
    const service = await newService();
    await pool.execute(
      sql`update deployment set target = '{"connection": "away"}' where service = ${service} and environment = 'staging'`,
    );
    await pool.execute(sql`
      insert into connection (name, kind, projects, spec, version, applied_by, applied_at, checked_at, trouble)
      values ('away', 'kubernetes', '{veza}', '{}', 1, '{}', now(), ${minute(600)}, 'refused')`);
    expect(await cellOf(service, "staging")).toMatchObject({
      health: "unknown",
      reason: "cannot be seen through away",
    });
    await pool.execute(
      sql`update deployment set observed_at = ${minute(601)} where service = ${service} and environment = 'staging'`,
    );
    expect((await cellOf(service, "staging")).health).toBe("healthy");
  });

  it("is never green without a worker that looks", async () => {
    const service = await newService();
    await pool.execute(sql`update process_beat set beat_at = now() - interval '2 minutes'`);
    try {
      expect(await cellOf(service, "production")).toMatchObject({ health: "unknown", version: "v1" });
    } finally {
      await beat(pool);
    }
  });

  it("says nothing runs where nothing does", async () => {
    const service = await newService();
    await pool.execute(sql`
      update deployment set observed_digest = null, observed_version = null, observed_release = null, wanted_digest = null,
             wanted_release = null, verified_digest = null, health = 'nothing', health_reason = 'the workload does not exist', ready = 0, desired = 0
       where service = ${service} and environment = 'production'`);
    const cell = await cellOf(service, "production");
    expect(cell).toMatchObject({ health: "nothing", canPromote: { releaseId: `${service}@v1`, version: "v1" } });
    expect(cell).not.toHaveProperty("version");
    expect(cell).not.toHaveProperty("digest");
    expect(cell).not.toHaveProperty("since");
  });

  it("names what runs without a release, rather than nothing", async () => {
    const service = await newService();
    await pool.execute(
      sql`update deployment set observed_digest = ${digestOf(99)}, observed_version = null, observed_release = null where service = ${service} and environment = 'testing'`,
    );
    expect(await cellOf(service, "testing")).toMatchObject({
      version: "not announced",
      digest: digestOf(99).slice(7),
    });
  });

  it("shows why it is not well, with its pods", async () => {
    const service = await newService();
    await runs(pool, "veza", service, "staging", 1, { health: "degraded", reason: "CrashLoopBackOff", ready: 1 });
    expect(await cellOf(service, "staging")).toMatchObject({
      health: "degraded",
      reason: "CrashLoopBackOff",
      ready: 1,
      desired: 2,
    });
  });

  it("shows drift: what runs, and what should", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 7);
    await runs(pool, "veza", service, "staging", 7);
    await pool.execute(sql`
      update deployment set wanted_digest = ${digestOf(1)}, wanted_version = 'v1', drift_digest = ${digestOf(7)}
       where service = ${service} and environment = 'staging'`);
    expect(await cellOf(service, "staging")).toMatchObject({
      version: "v7",
      mark: { kind: "drift", text: "should run v1", href: `/services/veza/${service}` },
    });
    await pool.execute(
      sql`update deployment set drift_digest = ${digestOf(8)} where service = ${service} and environment = 'staging'`,
    );
    expect((await cellOf(service, "staging")).mark?.text).toBe("is set to 0000…0008");
  });
});

describe("an open promotion", () => {
  it("that waits says for what", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 2);
    const approval = {
      ...{ gate: "approval", status: "wait", demand: "2 of approvers", summary: "" },
      evidence: [{ name: "approvals", value: "1", threshold: "2" }],
    };
    const soak = { gate: "soak", status: "wait", demand: "2h in staging", summary: "", evidence: [] };
    const id = await opens(pool, place(service, "production"), 2, "waiting", { verdicts: [soak, approval] });
    expect(await cellOf(service, "production")).toMatchObject({
      version: "v1",
      mark: { kind: "waiting", text: "approval 1 of 2", href: `/promotions/${id}` },
      leg: { kind: "wait" },
    });
    await pool.execute(
      sql`update promotion set state = ${json({ verdicts: [{ ...soak, status: "fail", summary: "not verified" }, approval] })}::jsonb where id = ${id}`,
    );
    expect(await cellOf(service, "production")).toMatchObject({
      mark: { kind: "gate", text: "not verified" },
      leg: { kind: "gate" },
    });
  });

  it("that rolls out counts the pods that run the new digest", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 2);
    await opens(pool, place(service, "staging"), 2, "rollingOut");
    const pods = [
      { digest: digestOf(2), ready: true },
      { digest: digestOf(2), ready: false },
      { digest: digestOf(1), ready: true },
    ];
    await pool.execute(
      sql`update deployment set observation = ${json({ pods })}::jsonb where service = ${service} and environment = 'staging'`,
    );
    expect(await cellOf(service, "staging")).toMatchObject({
      version: "v1",
      mark: { kind: "rollingOut", text: "1 of 2 pods", progress: 0.5 },
      leg: { kind: "move" },
    });
  });

  it("that verifies counts its checks; a stuck one needs a person", async () => {
    const service = await newService();
    const checks = [{ status: "good" }, { status: "waiting" }, { status: "passed" }, { status: "holding" }];
    await opens(pool, place(service, "staging"), 2, "verifying", { checks });
    expect((await cellOf(service, "staging")).mark).toMatchObject({
      kind: "verifying",
      text: "2 of 4 checks",
      progress: 0.5,
    });
    await opens(pool, place(service, "testing"), 2, "stuck");
    expect((await cellOf(service, "testing")).mark).toMatchObject({ kind: "stuck", text: "needs a person" });
  });
});

describe("what could move on", () => {
  it("is the release verified last before, with how many are newer than what runs", async () => {
    const service = await newService();
    for (const n of [2, 3]) {
      await announce(pool, "veza", service, n);
      await verified(pool, "veza", service, "staging", n, 10 + n);
    }
    await runs(pool, "veza", service, "staging", 3);
    expect(await cellOf(service, "production")).toMatchObject({
      leg: { kind: "ahead", count: 2 },
      canPromote: { releaseId: `${service}@v3`, version: "v3" },
      mark: { kind: "behind", text: "behind by 2" },
    });
    expect((await cellOf(service, "staging")).canPromote).toBeUndefined();
  });

  it("is the newest announced in the first environment", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 3);
    await announce(pool, "veza", service, 2);
    expect(await cellOf(service, "testing")).toMatchObject({
      canPromote: { releaseId: `${service}@v3`, version: "v3" },
      mark: { kind: "behind", text: "v3 is announced" },
    });
    expect((await cellOf(service, "staging")).canPromote).toBeUndefined();
  });

  it("is not what is older than what runs here", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 5);
    await runs(pool, "veza", service, "production", 5);
    expect(await cellOf(service, "production")).not.toHaveProperty("canPromote");
  });

  it("is not what is blocked here, which the leg says", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 4);
    await verified(pool, "veza", service, "staging", 4, 20);
    await blocks(pool, "veza", service, "production", 4);
    const cell = await cellOf(service, "production");
    expect(cell).toMatchObject({ leg: { kind: "block" }, mark: { kind: "blocked", text: "v4" } });
    expect(cell).not.toHaveProperty("canPromote");
    await pool.execute(sql`update block set lifted_at = now() where service = ${service}`);
    expect(await cellOf(service, "production")).toMatchObject({
      leg: { kind: "ahead" },
      canPromote: { version: "v4" },
    });
  });

  it("is only for who may promote there", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 2);
    await verified(pool, "veza", service, "staging", 2, 20);
    expect((await cellOf(service, "production", personWith(["veza", "viewer"]))).canPromote).toBeUndefined();
    const limited = personWith(["veza", "releaseManager", ["staging"]]);
    expect((await cellOf(service, "production", limited)).canPromote).toBeUndefined();
    expect((await cellOf(service, "production")).canPromote).toBeDefined();
  });

  it("is not offered while it is on its way there", async () => {
    const service = await newService();
    await announce(pool, "veza", service, 2);
    await verified(pool, "veza", service, "staging", 2, 20);
    await opens(pool, place(service, "production"), 2, "waiting");
    expect((await cellOf(service, "production")).canPromote).toBeUndefined();
  });

  it("needs success in all, or in any, of what the policy requires", async () => {
    const stops: RouteStop[] = [
      { name: "a" },
      { name: "b" },
      { name: "both", requires: ["a", "b"] },
      { name: "either", requires: ["a", "b"], any: true },
    ];
    await layOut(pool, "fork", stops, ["api"]);
    await announce(pool, "fork", "api", 1);
    await verified(pool, "fork", "api", "a", 1, 5);
    const read = async () => (await view(administrator, { projects: ["fork"] })).rows[0]?.cells ?? [];
    const can = (cells: MatrixCell[]) => cells.filter((cell) => cell.canPromote).map((cell) => cell.environment);
    expect(can(await read())).toEqual(["a", "b", "either"]);
    await verified(pool, "fork", "api", "b", 1, 6);
    expect(can(await read())).toEqual(["a", "b", "both", "either"]);
  });

  it("stops at a hold, which names its owner", async () => {
    await layOut(pool, "held", route, ["api", "web"]);
    await announce(pool, "held", "api", 1);
    await verified(pool, "held", "api", "staging", 1, 5);
    await holds(pool, "held", "production", "failover drill");
    const { projects, rows } = await view(administrator, { projects: ["held"] });
    expect(projects[0]?.environments[2]).toEqual({ name: "production", state: "held", note: "failover drill, Olga" });
    expect(rows[0]?.cells[2]).toMatchObject({ leg: { kind: "held" } });
    expect(rows[0]?.cells[2]).not.toHaveProperty("canPromote");
    expect(rows[1]?.cells[2]?.leg).toEqual({ kind: "none" });
  });
});

describe("a window", () => {
  const names = Array.from({ length: 130 }, (_, index) => `s${String(index).padStart(3, "0")}`);
  const readers = personWith(["wide-a", "viewer"], ["wide-b", "viewer"]);

  beforeAll(async () => {
    await layOut(pool, "wide-a", route, names);
    await layOut(pool, "wide-b", route, ["one", "two", "s013"]);
    await pool.execute(
      sql`update deployment set drift_digest = ${digestOf(3)} where project = 'wide-a' and environment = 'staging' and service like '%7'`,
    );
  });

  it("cuts the same list wherever it begins", async () => {
    const all = (await view(readers, { limit: 200 })).rows.map((row) => `${row.project}/${row.service}`);
    expect(all).toHaveLength(133);
    const pieces: string[] = [];
    for (let offset = 0; offset < 140; offset += 20) {
      const window = await view(readers, { offset, limit: 20 });
      expect(window).toMatchObject({ total: 133, offset });
      pieces.push(...window.rows.map((row) => `${row.project}/${row.service}`));
    }
    expect(pieces).toEqual(all);
  });

  it("counts and pages what a filter leaves", async () => {
    const found = await view(readers, { text: "S01", limit: 4, offset: 8 });
    expect(found.projects.map(({ name, services }) => [name, services])).toEqual([
      ["wide-a", 10],
      ["wide-b", 1],
    ]);
    expect(found.rows.map((row) => `${row.project}/${row.service}`)).toEqual([
      "wide-a/s018",
      "wide-a/s019",
      "wide-b/s013",
    ]);
    expect((await view(readers, { text: "%" })).total).toBe(0);
    expect((await view(readers, { text: "wide-b-t" })).rows.map((row) => row.service)).toEqual(["two"]);
    expect((await view(readers, { show: "drift", text: "s1" })).total).toBe(3);
  });

  it("has cells of the environments that are asked for, and legs as if all were", async () => {
    const { rows, projects } = await view(readers, { environments: ["staging"], limit: 1 });
    expect(rows[0]?.cells.map((cell) => cell.environment)).toEqual(["staging"]);
    expect(rows[0]?.cells[0]?.leg).toEqual({ kind: "none" });
    expect(projects[0]?.environments).toEqual([{ name: "staging", state: "open", live: false }]);
  });

  it("holds only what may be seen", async () => {
    expect((await view(personWith(["wide-b", "viewer"]))).projects.map((one) => one.name)).toEqual(["wide-b"]);
    expect((await view(personWith(["wide-b", "approver", ["production"]]))).total).toBe(3);
    expect(await view(personWith())).toMatchObject({ projects: [], total: 0, rows: [] });
    expect((await view(readers, { projects: ["veza", "wide-b"] })).projects.map((one) => one.name)).toEqual(["wide-b"]);
    const token: Principal = {
      ...{ kind: "token", id: "t", name: "ci", project: "wide-a", role: "viewer", environments: null },
      ...{ expiresAt: minute(9_999), owner: administrator },
    };
    expect((await view(token)).projects.map((one) => one.name)).toEqual(["wide-a"]);
    expect((await view({ ...token, owner: personWith() })).projects).toEqual([]);
  });
});

describe("a chip", () => {
  it.each<[MatrixShow, (cell: MatrixCell) => boolean]>([
    ["canMove", (cell) => cell.canPromote !== undefined],
    ["inFlight", (cell) => ["rollingOut", "verifying", "rollingBack"].includes(cell.mark?.kind ?? "")],
    ["waiting", (cell) => ["waiting", "queued", "gate", "held"].includes(cell.mark?.kind ?? "")],
    ["stopped", (cell) => cell.mark?.kind === "stuck" || ["block", "gate", "held"].includes(cell.leg?.kind ?? "")],
    ["unhealthy", (cell) => ["degraded", "failing", "unknown"].includes(cell.health)],
    ["drift", (cell) => cell.mark?.kind === "drift"],
  ])("%s keeps exactly the services that show it", async (show, fits) => {
    const projects = ["veza", "fork", "held"];
    const all = await view(administrator, { projects, limit: 200 });
    const expected = all.rows.filter((row) => row.cells.some(fits)).map((row) => row.service);
    expect(expected.length).toBeGreaterThan(0);
    const left = await view(administrator, { projects, show, limit: 200 });
    expect(left.rows.map((row) => row.service)).toEqual(expected);
    expect(left.total).toBe(expected.length);
  });
});
