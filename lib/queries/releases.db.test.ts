import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { loadRelease } from "@/lib/queries/release";
import { loadReleases, type ReleasesFilter } from "@/lib/queries/releases";
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

const viewer = personWith(["veza", "viewer"], ["shop", "viewer"]);
const manager = personWith(["veza", "releaseManager", ["staging"]]);
const route = [{ name: "staging" }, { name: "production", requires: ["staging"] }];

let test: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  for (const project of ["veza", "shop", "hidden"]) await layOut(pool, project, route, ["backend", "chat"]);
  for (let n = 1; n <= 60; n++) await announce(pool, "veza", "backend", n);
  await announce(pool, "veza", "chat", 70);
  await announce(pool, "shop", "backend", 45);
  await announce(pool, "hidden", "backend", 80);
  const rita = json({ kind: "person", id: "i#rita", name: "Rita" });
  await pool.execute(sql`update release set announced_by = ${rita}::jsonb`);
  await pool.execute(
    sql`update artifact set revision = '581f39f0aa' where project = 'veza' and release = 'backend@v7'`,
  );
  await storeSet();
  await runs(pool, "veza", "backend", "staging", 50);
  await verified(pool, "veza", "backend", "staging", 50, 200);
  await blocks(pool, "veza", "backend", "production", 50);
  await holds(pool, "veza", "production", "load test");
  await opens(pool, { project: "veza", service: "backend", environment: "production" }, 50, "rolledBack", {
    reason: "go",
  });
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

/** A set of two services that move together: backend's digest 50 and chat's digest 71. */
async function storeSet() {
  const by = json({ kind: "token", id: "t", name: "ci", owner: "i#rita" });
  await pool.execute(sql`insert into release (project, key, version, announced_by, announced_at)
    values ('veza', 'autumn', 'v2', ${by}::jsonb, ${minute(65)})`);
  await pool.execute(sql`insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, image, announced_at)
    values ('veza', 'autumn', 'backend', 0, 'r', ${digestOf(50)}, '{}', 1, '{}', ${minute(65)}),
           ('veza', 'autumn', 'chat', 1, 'r', ${digestOf(71)}, '{}', 1, '{}', ${minute(65)})`);
}

const list = (filter: Partial<ReleasesFilter> = {}, principal = viewer) =>
  loadReleases(pool, principal, { projects: ["veza", "shop", "hidden"], ...filter }, minute(900));
const keys = async (filter: Partial<ReleasesFilter>) => (await list(filter)).lines.map((line) => line.key);

describe("the list", () => {
  it("is newest first over the projects that one may view", async () => {
    const { lines, services } = await list();
    expect(lines.slice(0, 3).map(({ project, key, announcedBy }) => [project, key, announcedBy])).toEqual([
      ["veza", "chat@v70", "Rita"],
      ["veza", "autumn", "ci (token)"],
      ["veza", "backend@v60", "Rita"],
    ]);
    expect(lines.some((line) => line.project === "shop")).toBe(true);
    expect(lines.some((line) => line.project === "hidden")).toBe(false);
    expect(services).toEqual(["backend", "chat"]);
  });

  it("is paged by a place that holds while releases are announced", async () => {
    const first = await list({ projects: ["veza"] });
    const second = await list({ projects: ["veza"], after: first.next ?? "" });
    await announce(pool, "veza", "backend", 300);
    expect((await list({ projects: ["veza"], after: first.next ?? "" })).lines).toEqual(second.lines);
    const seen = [...first.lines, ...second.lines].map((line) => line.key);
    expect(new Set(seen).size).toBe(62);
    expect(second.next).toBeNull();
    await expect(list({ after: "x" })).rejects.toBeInstanceOf(InvalidInput);
  });

  it("is filtered by service and by text: a name, or the beginning of a digest or a commit", async () => {
    expect(await keys({ service: "chat" })).toEqual(["chat@v70", "autumn"]);
    expect(await keys({ text: "AUTU" })).toEqual(["autumn"]);
    expect(await keys({ text: "581f39f" })).toEqual(["backend@v7"]);
    expect(await keys({ text: digestOf(71).slice(0, 71) })).toEqual(["autumn"]);
    expect(await keys({ text: digestOf(71).slice(7) })).toEqual(["autumn"]);
    expect(await keys({ text: "%" })).toEqual([]);
  });

  it("tells where each is: running, succeeded, blocked; of a set only where all of it is", async () => {
    const { lines } = await list({ text: "autumn" });
    expect(lines[0]?.places).toEqual([
      { environment: "staging", runs: 1, of: 2, verifiedAt: null, blocked: false },
      { environment: "production", runs: 0, of: 2, verifiedAt: null, blocked: true },
    ]);
    const [fifty] = (await list({ text: "backend@v50" })).lines;
    expect(fifty?.places[0]).toEqual({
      environment: "staging",
      runs: 1,
      of: 1,
      verifiedAt: minute(200),
      blocked: false,
    });
  });

  it("offers announcing where one may", async () => {
    expect((await list()).announceable).toEqual([]);
    const { announceable } = await list({}, manager);
    expect(announceable).toEqual([
      {
        project: "veza",
        services: [
          { name: "backend", repository: "veza-backend" },
          { name: "chat", repository: "veza-chat" },
        ],
      },
    ]);
  });
});

describe("one release", () => {
  const one = (key: string, principal = viewer, project = "veza") =>
    loadRelease(pool, principal, { project, key }, minute(900));

  it("is not there for whoever may not view its project", async () => {
    await expect(one("backend@v80", viewer, "hidden")).rejects.toBeInstanceOf(NotFound);
    await expect(one("nothing")).rejects.toBeInstanceOf(NotFound);
  });

  it("says what is in it and how each artifact stands", async () => {
    const view = await one("autumn");
    expect(view).toMatchObject({ key: "autumn", version: "v2", announcedBy: "ci (token)", entry: null });
    expect(view.artifacts.map(({ service, digest }) => [service, digest])).toEqual([
      ["backend", digestOf(50)],
      ["chat", digestOf(71)],
    ]);
    expect(view.artifacts[0]?.standings).toMatchObject([
      { environment: "staging", runs: true, verifiedAt: minute(200) },
      { environment: "production", blocked: "crashed" },
    ]);
  });

  it("says where it has been, and where it may go", async () => {
    const view = await one("backend@v50", manager);
    expect(view.promotions).toMatchObject([
      { environment: "production", phase: "rolledBack", requestedBy: "Sam", reason: "go" },
    ]);
    expect(view.places).toEqual([
      {
        environment: "staging",
        protected: false,
        requires: [],
        requiresAny: false,
        held: null,
        mayPromote: true,
        mayBlock: true,
      },
      {
        ...{ environment: "production", protected: false, requires: ["staging"], requiresAny: false },
        ...{ held: "load test", mayPromote: false, mayBlock: false },
      },
    ]);
  });
});
