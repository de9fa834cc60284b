import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { type PaletteItem, searchPalette } from "@/lib/queries/palette";
import {
  administrator,
  announce,
  digestOf,
  holds,
  layOut,
  minute,
  opens,
  personWith,
} from "@/lib/queries/testing/matrix-fixture";

const route = [{ name: "staging" }, { name: "production", requires: ["staging"] }];
const viewer = personWith(["veza", "viewer"]);

let test: TestDatabase;
let pool: Pool;
let open: string;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  await layOut(pool, "veza", route, ["backend-worker", "backend", "chat", "odd_name"]);
  await layOut(pool, "other", route, ["backend", "secret-service"]);
  for (const n of [10, 11, 200]) await announce(pool, "veza", "backend", n);
  await announce(pool, "veza", "chat", 12);
  await announce(pool, "other", "secret-service", 13);
  await pool.execute(sql`update artifact set revision = 'beefcafe' || repeat('0', 32) where release = 'chat@v12'`);
  open = await opens(pool, { project: "veza", service: "chat", environment: "production" }, 12, "waiting");
  await holds(pool, "veza", "production", "drill");
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

async function find<Kind extends PaletteItem["kind"]>(kind: Kind, text: string, principal = viewer) {
  const { items } = await searchPalette(pool, principal, text);
  return items.filter((item): item is PaletteItem & { kind: Kind } => item.kind === kind);
}

describe("the palette finds", () => {
  it("services, the one that is named first", async () => {
    expect((await find("service", "backend")).map((one) => one.service)).toEqual(["backend", "backend-worker"]);
    expect((await find("service", "WORKER")).map((one) => one.service)).toEqual(["backend-worker"]);
    expect((await find("service", "veza/ch")).map((one) => one.service)).toEqual(["chat"]);
    expect((await find("service", "d_n")).map((one) => one.service)).toEqual(["odd_name"]);
    expect(await find("service", "%")).toEqual([]);
  });

  it("releases by version, key, and a service with a version", async () => {
    const keys = async (text: string) => (await find("release", text)).map((one) => one.key);
    expect(await keys("v1")).toEqual(["chat@v12", "backend@v11", "backend@v10"]);
    expect(await keys("11")).toEqual(["backend@v11"]);
    expect(await keys("backend@v1")).toEqual(["backend@v11", "backend@v10"]);
    expect(await keys("back v2")).toEqual(["backend@v200"]);
    expect(await keys("chat 12")).toEqual(["chat@v12"]);
  });

  it("releases by the beginning of a digest or a commit", async () => {
    const [found] = await find("release", digestOf(200));
    expect(found).toEqual({
      ...{ kind: "release", project: "veza", key: "backend@v200", version: "v200", services: ["backend"] },
      ...{ digest: digestOf(200), announcedAt: minute(200) },
    });
    expect((await find("release", "beefca")).map((one) => one.key)).toEqual(["chat@v12"]);
    expect((await searchPalette(pool, viewer, "beefcafe")).items[0]?.kind).toBe("release");
  });

  it("promotions by id and number, and open ones by what they move", async () => {
    const number = open.split("-").at(-1) ?? "";
    for (const text of [open, number, `#${number}`, "chat production", "chat v12", "waiting"]) {
      expect([text, (await find("promotion", text)).map((one) => one.id)]).toEqual([text, [open]]);
    }
    expect(await find("promotion", "chat staging")).toEqual([]);
    await pool.execute(sql`update promotion set ended_at = now() where id = ${open}`);
    expect(await find("promotion", "chat production")).toEqual([]);
    expect(await find("promotion", open)).toHaveLength(1);
  });

  it("environments, and whether they are held", async () => {
    expect(await find("environment", "prod")).toEqual([
      { kind: "environment", project: "veza", environment: "production", held: true },
    ]);
    expect(await find("environment", "veza stag")).toHaveLength(1);
  });

  it("nothing for nothing", async () => {
    expect(await searchPalette(pool, viewer, "   ")).toEqual({ text: "", items: [] });
  });
});

describe("the palette keeps to what may be seen", () => {
  it.each(["secret", "secret-service", "v13", digestOf(13), "other/", "other staging"])("%s", async (text) => {
    const projects = (items: PaletteItem[]) => items.map((item) => item.project);
    expect(projects((await searchPalette(pool, viewer, text)).items)).not.toContain("other");
    expect(projects((await searchPalette(pool, administrator, text)).items)).toContain("other");
    expect((await searchPalette(pool, personWith(), text)).items).toEqual([]);
  });

  it("has six of a kind at most", async () => {
    await layOut(
      pool,
      "many",
      route,
      Array.from({ length: 20 }, (_, index) => `many-${index}`),
    );
    expect((await find("service", "many", administrator)).length).toBe(6);
  });
});
