import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { loadService } from "@/lib/queries/service";
import { loadServices, type ServicesFilter } from "@/lib/queries/services";
import {
  announce,
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

const viewer = personWith(["veza", "viewer"]);
const manager = personWith(["veza", "releaseManager", ["staging"]]);
const names = Array.from({ length: 120 }, (_, index) => `s${String(index).padStart(3, "0")}`);
const route = [{ name: "staging" }, { name: "production", requires: ["staging"] }];

let test: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  await layOut(pool, "veza", route, ["backend", ...names]);
  await layOut(pool, "other", route, ["backend"]);
  for (const n of [1, 2, 3, 4]) await announce(pool, "veza", "backend", n);
  await runs(pool, "veza", "backend", "staging", 2);
  await verified(pool, "veza", "backend", "staging", 2, 30);
  await verified(pool, "veza", "backend", "staging", 1, 20);
  await runs(pool, "veza", "backend", "production", 1, { health: "degraded", reason: "1 of 2 ready", ready: 1 });
  await blocks(pool, "veza", "backend", "staging", 3);
  await opens(pool, { project: "veza", service: "backend", environment: "production" }, 2, "waiting");
  await holds(pool, "veza", "production", "load test");
  await pool.execute(sql`update environment set protected = true where name = 'production'`);
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

const list = (filter: Partial<ServicesFilter> = {}, principal = viewer) =>
  loadServices(pool, principal, { projects: ["veza", "other"], ...filter }, minute(900));
const one = (project = "veza", service = "backend", principal = viewer) =>
  loadService(pool, principal, { project, service }, minute(900));

describe("the list", () => {
  it("shows what each runs, only of projects that one may view", async () => {
    const view = await list({ text: "backend" });
    expect(view.total).toBe(1);
    expect(view.lines[0]).toMatchObject({
      project: "veza",
      name: "backend",
      newest: { release: "backend@v4", version: "v4", announcedAt: minute(4) },
      ports: [
        { environment: "staging", version: "v2", digest: digestOf(2), since: minute(3), health: "healthy", open: null },
        { environment: "production", version: "v1", health: "degraded", drift: false, open: { phase: "waiting" } },
      ],
    });
    expect(await list({ projects: ["other"] })).toMatchObject({ total: 0, lines: [], next: null });
  });

  it("is paged by a place that holds while services come and go before it", async () => {
    const first = await list();
    expect(first.total).toBe(121);
    expect(first.lines.map((line) => line.name)).toEqual(["backend", ...names.slice(0, 49)]);
    const second = await list({ after: first.next ?? "" });
    await pool.execute(sql`delete from service where project = 'veza' and name = 's010'`);
    expect((await list({ after: first.next ?? "" })).lines).toEqual(second.lines);
    const third = await list({ after: second.next ?? "" });
    expect([...second.lines, ...third.lines].map((line) => line.name)).toEqual(names.slice(49));
    expect(third.next).toBeNull();
  });

  it("is filtered by part of a name, taken literally", async () => {
    expect((await list({ text: " S00 " })).lines).toHaveLength(10);
    expect((await list({ text: "veza-backend" })).total).toBe(1);
    expect((await list({ text: "%" })).total).toBe(0);
    expect((await list({ text: "s_1" })).total).toBe(0);
    await expect(list({ after: "nonsense" })).rejects.toBeInstanceOf(InvalidInput);
  });
});

describe("one service", () => {
  it("is not there for whoever may not view its project", async () => {
    await expect(one("other")).rejects.toBeInstanceOf(NotFound);
    await expect(one("veza", "nothing")).rejects.toBeInstanceOf(NotFound);
  });

  it("says what runs, what should, and what stands in the way, in the route's order", async () => {
    const { places } = await one();
    expect(places.map((place) => place.environment)).toEqual(["staging", "production"]);
    expect(places[0]).toMatchObject({
      observed: { digest: digestOf(2), version: "v2", at: minute(502) },
      wanted: { digest: digestOf(2), release: "backend@v2" },
      verified: { version: "v1" },
      hold: null,
      image: { version: "v2", sizeBytes: 1, labels: {} },
    });
    expect(places[1]).toMatchObject({
      protected: true,
      health: "degraded",
      healthReason: "1 of 2 ready",
      open: { phase: "waiting", version: "v2" },
      hold: { reason: "load test", by: "Olga", at: minute(1) },
    });
  });

  it("names a digest that was seen before it was announced, and one nobody announced not at all", async () => {
    await pool.execute(sql`update deployment set observed_version = null, observed_release = null, wanted_version = null,
        drift_digest = ${digestOf(9)}, drift_since = ${minute(600)}
      where project = 'veza' and service = 'backend' and environment = 'production'`);
    const [, production] = (await one()).places;
    expect(production).toMatchObject({
      observed: { version: "v1" },
      wanted: { version: "v1" },
      drift: { digest: digestOf(9), version: null, since: minute(600) },
    });
  });

  it("lists pods as they were seen", async () => {
    const pods = [
      { name: "a", digest: digestOf(2), ready: true, restarts: 0, phase: "Running", current: true },
      {
        name: "b",
        ready: false,
        restarts: 7,
        phase: "Pending",
        current: true,
        trouble: { reason: "Crash", message: "boom" },
      },
    ];
    await pool.execute(sql`update deployment set observation = ${json({ pods })}::jsonb
      where project = 'veza' and service = 'backend' and environment = 'staging'`);
    expect((await one()).places[0]?.pods).toEqual([
      {
        name: "a",
        digest: digestOf(2),
        ready: true,
        restarts: 0,
        phase: "Running",
        startedAt: null,
        current: true,
        trouble: null,
      },
      {
        name: "b",
        digest: null,
        ready: false,
        restarts: 7,
        phase: "Pending",
        startedAt: null,
        current: true,
        trouble: "Crash: boom",
      },
    ]);
  });

  it("tells for each release where it runs, succeeded, is blocked or is on its way", async () => {
    const { releases, moreReleases } = await one();
    expect(releases.map((release) => release.version)).toEqual(["v4", "v3", "v2", "v1"]);
    const told = (version: string) => releases.find((release) => release.version === version)?.standings;
    expect(told("v4")).toEqual([
      { environment: "staging", runs: false, verifiedAt: null, blocked: null, promotion: null },
      { environment: "production", runs: false, verifiedAt: null, blocked: null, promotion: null },
    ]);
    expect(told("v3")?.[0]).toMatchObject({ blocked: "crashed", runs: false });
    expect(told("v2")).toMatchObject([
      { runs: true, verifiedAt: minute(30) },
      { runs: false, promotion: { phase: "waiting" } },
    ]);
    expect(told("v1")).toMatchObject([
      { runs: false, verifiedAt: minute(20) },
      { runs: true, verifiedAt: null },
    ]);
    expect(moreReleases).toBe(false);
  });

  it("says what whoever looks may do, environment by environment", async () => {
    const nothing = {
      ...{ promote: false, rollBack: false, pin: false, block: false, resume: false },
      ...{ adoptDrift: false, revertDrift: false },
    };
    const all = Object.fromEntries(Object.keys(nothing).map((key) => [key, true]));
    expect((await one()).places.map((place) => place.may)).toEqual([nothing, nothing]);
    const view = await one("veza", "backend", manager);
    expect(view.places.map((place) => place.may)).toEqual([all, nothing]);
    expect(view.mayAnnounce).toBe(true);
  });
});
