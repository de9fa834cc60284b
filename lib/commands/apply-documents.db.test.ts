import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPerson } from "@/lib/auth/people";
import type { PersonPrincipal, TokenPrincipal } from "@/lib/auth/principal";
import { storePerson } from "@/lib/auth/testing";
import { type Applied, applyDocuments, type InvalidDocuments } from "@/lib/commands/apply-documents";
import type { CommandContext } from "@/lib/commands/context";
import { shopFile, shopFileWith } from "@/lib/config/testing/shop-file";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { replayProject } from "@/lib/ledger/replay";
import { Conflict, Forbidden, NotFound } from "@/lib/pipeline/errors";
import type { World } from "@/lib/ports/world";

let database: TestDatabase;
let pool: Pool;
let context: CommandContext;
let owner: PersonPrincipal;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  // A project file is applied without asking any outside system.
  context = { pool, world: {} as World, now: () => new Date().toISOString() };
  owner = await person({ administrator: true });
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

async function person(over: Parameters<typeof storePerson>[1]): Promise<PersonPrincipal> {
  const found = await loadPerson(pool, await storePerson(pool, over));
  if (!found) throw new Error("nobody");
  return found;
}

async function apply(text: string, extra: object = {}, by: PersonPrincipal | TokenPrincipal = owner): Promise<Applied> {
  const result = await applyDocuments(context, by, { text, ...extra }, { operator: true });
  if (result.kind !== "applied") throw new Error(JSON.stringify(result.errors));
  return result;
}

/** The documents of the file that are not connections. */
const projectOnly = (text: string) => text.slice(text.lastIndexOf("---\n") + 4);
/** Everything that is stored, as text: what must not change, and what must not hold a secret. */
async function everything(): Promise<string> {
  const tables = ["project", "project_file", "connection", "service", "environment", "deployment", "ledger_entry"];
  const heads = await pool.query(sql`select * from ledger_head order by project`);
  const rows = await Promise.all(
    tables.map(async (table) => {
      const [row] = await pool.query<{ all: unknown }>(
        sql`select query_to_xml(${`select * from ${table} order by 1, 2, 3`}, true, true, '')::text as all`,
      );
      return row?.all;
    }),
  );
  return JSON.stringify([heads, rows]);
}

async function versions(project = "shop") {
  return pool.query<{ version: number; text: string; by: string }>(
    sql`select version, text, applied_by->>'id' as by from project_file where project = ${project} order by version`,
  );
}

describe("applying a project file", () => {
  it("is shown first: a dry run says what would change, and writes nothing", async () => {
    const before = await everything();
    const shown = await apply(shopFile, { dryRun: true });
    expect(shown).toMatchObject({ dryRun: true, versions: {} });
    expect(shown.diffs.map((diff) => diff.status)).toEqual(["added", "added", "added"]);
    expect(await everything()).toBe(before);
  });

  it("keeps every version with who applied it, and the ledger tells of it once", async () => {
    expect((await apply(shopFile)).versions).toEqual({ shop: 1 });
    const changed = shopFileWith("queue: newest", "queue: fifo");
    expect((await apply(changed)).versions).toEqual({ shop: 2 });
    expect(await versions()).toMatchObject([{ version: 1, by: owner.id }, { version: 2 }]);
    const again = await apply(changed);
    expect(again.diffs.every((diff) => diff.status === "unchanged")).toBe(true);
    expect(again.versions).toEqual({ shop: 2 });
    expect(await versions()).toHaveLength(2);
    const told = await pool.query<{ project: string; kind: string }>(
      sql`select project, kind from ledger_entry order by project, seq`,
    );
    expect(told.map((one) => `${one.project} ${one.kind}`)).toEqual([
      "@instance connection.applied",
      "@instance connection.applied",
      "shop project.applied",
      "shop project.applied",
    ]);
    expect((await replayProject(pool, "shop")).differences).toEqual([]);
    await apply(shopFile);
  });

  it("from a version that is not the last is a conflict that says which one is", async () => {
    const [last] = (await versions()).toReversed();
    const edited = shopFileWith("watch: 15m", "watch: 16m");
    const before = await everything();
    const error = await apply(edited, { basedOn: { shop: 1 } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Conflict);
    expect((error as Conflict).current).toEqual({ version: last?.version });
    await expect(apply(edited, { basedOn: { shop: 1 }, dryRun: true })).rejects.toThrow(Conflict);
    await expect(apply(edited, { basedOn: { nowhere: 3 } })).rejects.toThrow(Conflict);
    expect(await everything()).toBe(before);
    const next = (last?.version ?? 0) + 1;
    expect((await apply(edited, { basedOn: { shop: last?.version } })).versions).toEqual({ shop: next });
  });

  it("by several at once leaves versions without gaps: who comes second is told", async () => {
    const before = (await versions()).length;
    const texts = [17, 18, 19, 20, 21].map((minutes) => shopFileWith("watch: 15m", `watch: ${minutes}m`));
    const outcomes = await Promise.allSettled(texts.map((text) => apply(text)));
    const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    for (const error of refused) expect(error).toBeInstanceOf(Conflict);
    const after = await versions();
    expect(after).toHaveLength(before + outcomes.length - refused.length);
    expect(after.map((one) => one.version)).toEqual(after.map((_, index) => index + 1));
  });

  it("that takes a service and its targets away keeps what was known of them", async () => {
    await apply(shopFile);
    const text = shopFile.slice(0, shopFile.indexOf("    - name: search"));
    await apply(text);
    const services = await pool.query(sql`select name from service where project = 'shop'`);
    expect(services).toEqual([{ name: "api" }]);
    const cells = await pool.query(sql`select 1 from deployment where project = 'shop' and service = 'search'`);
    expect(cells).toHaveLength(2);
    await apply(shopFile);
  });
});

describe("who may apply", () => {
  const group = (name: string) => person({ groups: [name] });
  let projectAdministrator: PersonPrincipal;
  let manager: PersonPrincipal;
  let stranger: PersonPrincipal;
  const changed = projectOnly(shopFileWith("watch: 15m", "watch: 33m"));

  beforeAll(async () => {
    await apply(shopFile);
    projectAdministrator = await person({ email: "ana@example.com" });
    manager = await group("shop-release");
    stranger = await group("nobody-knows");
  });

  it("is the project's administrator for the project, and not for connections or projects that are new", async () => {
    expect((await apply(changed, { dryRun: true }, projectAdministrator)).diffs).toMatchObject([{ status: "changed" }]);
    // The whole file, with connections as they are.
    const whole = shopFileWith("watch: 15m", "watch: 34m");
    expect((await apply(whole, { dryRun: true }, projectAdministrator)).kind).toBe("applied");
    const refused = [
      shopFileWith("registry.example.com", "evil.example.com"),
      shopFile
        .replace("name: cluster }", "name: cluster2 }")
        .replaceAll("connection: cluster,", "connection: cluster2,"),
      projectOnly(shopFile.replace("name: shop,", "name: shop2,")),
    ];
    for (const text of refused) {
      const attempt = (dryRun: boolean) => applyDocuments(context, projectAdministrator, { text, dryRun });
      // No connection lists a project that is not there: its file has errors before anybody asks who applies it.
      if (text.includes("shop2")) expect((await attempt(false)).kind).toBe("invalidDocuments");
      else for (const dryRun of [true, false]) await expect(attempt(dryRun)).rejects.toThrow(Forbidden);
    }
  });

  it("is nobody else, and whoever cannot see the project learns nothing", async () => {
    await expect(apply(changed, {}, manager)).rejects.toThrow(Forbidden);
    await expect(apply(changed, { dryRun: true }, manager)).rejects.toThrow(Forbidden);
    await expect(apply(changed, {}, stranger)).rejects.toThrow(NotFound);
    for (const by of [manager, stranger]) {
      await expect(applyDocuments(context, by, { text: "kind: Nonsense" })).rejects.toThrow(Forbidden);
    }
    const errors = await applyDocuments(context, projectAdministrator, { text: "kind: Nonsense" });
    expect(errors.kind).toBe("invalidDocuments");
  });

  it("is nobody by a token that reaches only some environments", async () => {
    const token: TokenPrincipal = {
      kind: "token",
      id: "t1",
      name: "ci",
      project: "shop",
      role: "administrator",
      environments: ["staging"],
      expiresAt: "2999-01-01T00:00:00.000Z",
      owner: projectAdministrator,
    };
    await expect(apply(changed, {}, token)).rejects.toThrow(Forbidden);
    expect((await apply(changed, { dryRun: true }, { ...token, environments: null })).kind).toBe("applied");
  });

  it("of several projects in one text is whoever may apply all of them: else none is", async () => {
    const other = shopFile
      .replaceAll("[shop]", "[shop, other]")
      .replace("name: shop,", "name: other,")
      .replaceAll("namespace: shop", "namespace: other")
      .replace("Ana@example.com", "Zoe@example.com");
    await apply(other);
    const otherChanged = projectOnly(other).replace("watch: 15m", "watch: 33m");
    const before = await everything();
    const zoe = await person({ email: "zoe@example.com" });
    await expect(apply(`${changed}---\n${otherChanged}`, {}, zoe)).rejects.toThrow(NotFound);
    await expect(apply(`${otherChanged}---\n${changed}`, {}, projectAdministrator)).rejects.toThrow(NotFound);
    expect(await everything()).toBe(before);
    expect((await apply(otherChanged, {}, zoe)).versions).toEqual({ other: 2 });
  });
});

describe("a secret", () => {
  const secret = "hunter2-very-secret";
  const literal: [string, string][] = [
    ["in the place of a reference", shopFileWith("file:/run/secrets/registry", secret)],
    [
      "in the registry's address",
      shopFileWith("https://registry.example.com", `https://me:${secret}@registry.example.com`),
    ],
    [
      "in a check's address",
      shopFileWith("https://{service}.example.com/health", `https://me:${secret}@x.example.com/`),
    ],
    ["of Waybill itself", shopFileWith("env:REGISTRY_USER", "env:DATABASE_URL")],
  ];
  it.each(literal)("%s is refused, not repeated, and stored nowhere", async (_, text) => {
    const before = await everything();
    const result = (await applyDocuments(context, owner, { text })) as InvalidDocuments;
    expect(result.kind).toBe("invalidDocuments");
    expect(JSON.stringify(result.errors)).not.toContain(secret);
    expect(await everything()).toBe(before);
  });

  it("that a reference names is never read when a file is applied", async () => {
    process.env.REGISTRY_USER = secret;
    try {
      const shown = await apply(shopFileWith("watch: 15m", "watch: 44m"));
      expect(JSON.stringify(shown)).not.toContain(secret);
      const all = await everything();
      expect(all).toContain("env:REGISTRY_USER");
      expect(all).not.toContain(secret);
    } finally {
      delete process.env.REGISTRY_USER;
    }
  });
});
