import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { inLedgerTransaction } from "@/lib/ledger/append";
import type { Actor } from "@/lib/pipeline/actor";
import { InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import type { Entry, EntryBody, EntrySubject } from "@/lib/pipeline/promotion/entry";
import type { Digest } from "@/lib/pipeline/release/digest";
import { type HistoryFilter, loadEntry, loadHistory, openHistoryExport } from "@/lib/queries/history";
import { administrator, digestOf, layOut, minute, opens, personWith } from "@/lib/queries/testing/matrix-fixture";

const viewer = personWith(["veza", "viewer"]);
const rita: Actor = { kind: "person", id: "https://idp.example#rita", name: "Rita" };
const ci: Actor = { kind: "token", id: "t1", name: "ci", owner: rita.id };
const worker: Actor = { kind: "system", name: "worker" };
const digest = digestOf(1) as Digest;

let test: TestDatabase;
let pool: Pool;
let promotion: string;

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  for (const project of ["veza", "other"]) await layOut(pool, project, [{ name: "staging" }], ["backend", "chat"]);
  promotion = await opens(pool, { project: "veza", service: "backend", environment: "staging" }, 1, "succeeded");
  await write("veza", [
    entry(0, rita, { kind: "release.announced", data: { version: "v1", artifacts: [] } }, { release: "backend@v1" }),
    entry(1, ci, { kind: "promotion.queued", data: {} }, { promotion, environment: "staging", release: "backend@v1" }),
    entry(2, worker, { kind: "rollout.requested", data: order("backend") }, ofPromotion("backend")),
    entry(3, worker, { kind: "digest.blocked", data: block("chat") }, { environment: "staging", service: "chat" }),
    entry(4, rita, { kind: "environment.held", data: { id: "h", reason: "load test" } }, { environment: "staging" }),
  ]);
  await write(
    "veza",
    Array.from({ length: 120 }, (_, index) =>
      entry(10 + index, worker, { kind: "verification.checked", data: { checks: [] } }, ofPromotion()),
    ),
  );
  await write("other", [entry(0, rita, { kind: "token.revoked", data: { id: "t9" } })]);
  await write(instanceChain, [
    entry(0, rita, { kind: "connection.applied", data: { name: "registry", connectionKind: "registry", version: 1 } }),
  ]);
});
afterAll(async () => {
  await pool.close();
  await test.close();
});

function entry(at: number, actor: Actor, body: EntryBody, subject: EntrySubject = {}): Entry {
  return { ...body, at: minute(at), actor, subject } as Entry;
}

function ofPromotion(service?: string): EntrySubject {
  return { promotion, environment: "staging", release: "backend@v1", ...(service ? { service } : {}) };
}

function order(service: string) {
  return { service, digest, planHash: "0".repeat(64), attempt: 1, generation: 1, deadlineAt: minute(9) };
}

function block(service: string) {
  return { id: "b", service, digest, reason: "it crashed", nextStep: "mend it" };
}

function write(project: string, entries: Entry[]) {
  return inLedgerTransaction(pool, project, (tx) => tx.append(entries));
}

function read(filter: Omit<HistoryFilter, "project"> & { project?: string }, principal = viewer) {
  return loadHistory(pool, principal, { project: "veza", ...filter }, minute(500));
}

const numbers = async (filter: Parameters<typeof read>[0]) => (await read(filter)).lines.map((line) => line.seq);

describe("pages", () => {
  it("are newest first, and lead to the older ones and back", async () => {
    const first = await read({});
    expect(first.lines.map((line) => line.seq)).toEqual(Array.from({ length: 50 }, (_, index) => 125 - index));
    expect(first).toMatchObject({ newer: null, older: 76, head: { seq: 125 } });
    const second = await read({ before: 76 });
    expect(second).toMatchObject({ newer: 75, older: 26 });
    const third = await read({ before: 26 });
    expect(third.lines.map((line) => line.seq)).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index));
    expect(third).toMatchObject({ newer: 25, older: null });
    expect((await read({ after: 25 })).lines.map((line) => line.seq)).toEqual(second.lines.map((line) => line.seq));
    expect(await read({ after: 75 })).toMatchObject({ newer: null, older: 76 });
  });

  it("stay as they are while entries are appended", async () => {
    const before = await numbers({ before: 76 });
    await write("veza", [entry(400, rita, { kind: "environment.released", data: { id: "h", why: "done" } })]);
    expect(await numbers({ before: 76 })).toEqual(before);
    expect((await read({})).lines[0]).toMatchObject({ seq: 126, kind: "environment.released", by: "Rita" });
  });

  it("know the end of the chain and how far it was checked", async () => {
    const [head] = await pool.query<{ seq: number; hash: string }>(
      sql`select seq, hash from ledger_head where project = 'veza'`,
    );
    expect(await read({})).toMatchObject({ head, checked: null });
    await pool.execute(
      sql`insert into ledger_check (project, seq, hash, checked_at) values ('veza', 126, ${head?.hash ?? ""}, ${minute(450)})`,
    );
    expect(await read({})).toMatchObject({ checked: { seq: 126, at: minute(450), finding: null } });
  });
});

describe("filters", () => {
  it("by group of kinds", async () => {
    expect(await numbers({ kind: "stops" })).toEqual([126, 5, 4]);
    expect(await numbers({ kind: "releases" })).toEqual([1]);
    expect(await numbers({ kind: "stops", before: 126 })).toEqual([5, 4]);
    const rollouts = await read({ kind: "rollouts" });
    expect(rollouts.lines).toHaveLength(50);
    expect((await read({ kind: "rollouts", before: rollouts.older ?? 0 })).lines).toHaveLength(50);
  });

  it("by service: its own entries, and those of promotions that move it", async () => {
    expect(await numbers({ service: "chat" })).toEqual([4]);
    const backend = await numbers({ service: "backend", before: 6 });
    expect(backend).toEqual([3, 2]);
    expect(await numbers({ service: "backend", before: 8 })).toEqual([7, 6, 3, 2]);
  });

  it("by environment, release, promotion, person and time", async () => {
    expect(await numbers({ environment: "staging", before: 6 })).toEqual([5, 4, 3, 2]);
    expect(await numbers({ release: "backend@v1", before: 6 })).toEqual([3, 2, 1]);
    expect(await numbers({ promotion, before: 6 })).toEqual([3, 2]);
    expect(await numbers({ by: rita.id, before: 126 })).toEqual([5, 2, 1]);
    expect(await numbers({ by: "worker", before: 6 })).toEqual([4, 3]);
    expect(await numbers({ from: minute(1), to: minute(3) })).toEqual([4, 3, 2]);
    expect(await numbers({ by: "nobody" })).toEqual([]);
  });

  it("that cannot be meant are refused by name", async () => {
    await expect(read({ from: "yesterday" })).rejects.toBeInstanceOf(InvalidInput);
    await expect(read({ unknown: "x" } as never)).rejects.toBeInstanceOf(InvalidInput);
    await expect(read({ before: -1 })).rejects.toBeInstanceOf(InvalidInput);
  });
});

describe("words", () => {
  it("name the promotion that an entry belongs to", async () => {
    const { lines } = await read({ before: 6 });
    expect(lines.map(({ subject, about, by }) => [subject, about, by])).toEqual([
      ["staging", "load test", "Rita"],
      ["chat in staging", "it crashed", "worker"],
      ["backend v1 → staging", "0000…0001", "worker"],
      ["backend v1 → staging", "all gates are open", "ci (token)"],
      ["backend@v1", "0 artifacts", "Rita"],
    ]);
  });

  it("an entry is given whole, with its place in the chain", async () => {
    const { entry: held, words } = await loadEntry(pool, viewer, "veza", 5);
    expect(held).toMatchObject({ kind: "environment.held", data: { reason: "load test" }, actor: rita, seq: 5 });
    expect(held.prev).toMatch(/^[0-9a-f]{64}$/);
    expect(words).toEqual({ subject: "staging", about: "load test" });
    await expect(loadEntry(pool, viewer, "veza", 999)).rejects.toBeInstanceOf(NotFound);
  });
});

describe("who may read", () => {
  it("a chain: whoever may view its project, and the installation's only its administrators", async () => {
    await expect(read({ project: "other" })).rejects.toBeInstanceOf(NotFound);
    await expect(read({ project: instanceChain })).rejects.toBeInstanceOf(NotFound);
    await expect(read({ project: "nowhere" }, administrator)).rejects.toBeInstanceOf(NotFound);
    await expect(loadEntry(pool, viewer, "other", 1)).rejects.toBeInstanceOf(NotFound);
    expect((await read({})).chains).toEqual(["veza"]);
    const all = await read({ project: instanceChain }, administrator);
    expect(all.chains).toEqual(["other", "veza", instanceChain]);
    expect(all.lines[0]).toMatchObject({ subject: "connection registry", about: "registry, version 1" });
  });

  it("people to filter by are those who may see the project", async () => {
    await pool.execute(sql`insert into person (id, issuer, subject, email, name, groups, administrator, seen_at) values
      ('i#vera', 'i', 'vera', 'vera@x', 'Vera', array['staff'], false, now()),
      ('i#zoe', 'i', 'zoe', 'zoe@x', 'Zoe', array['elsewhere'], false, now()),
      ('i#ada', 'i', 'ada', 'ada@x', 'Ada', '{}', true, now())`);
    const people = [{ kind: "group", group: "staff", role: "viewer" }];
    await pool.execute(sql`update project set document = document || ${json({ people })}::jsonb where name = 'veza'`);
    const { choices } = await read({});
    expect(choices).toEqual({
      environments: ["staging"],
      services: ["backend", "chat"],
      people: [
        { id: "i#ada", name: "Ada" },
        { id: "i#vera", name: "Vera" },
      ],
    });
  });
});

describe("the export for a spreadsheet", () => {
  const exported = async (filter: HistoryFilter, who = viewer) => {
    const pages: number[][] = [];
    for await (const lines of await openHistoryExport(pool, who, filter)) pages.push(lines.map(({ seq }) => seq));
    return pages;
  };

  it("is everything that the filter matches, once and newest first, over pages", async () => {
    const more = Array.from({ length: 900 }, (_, index) =>
      entry(200 + index, worker, { kind: "verification.checked", data: { checks: [] } }, ofPromotion()),
    );
    await write("other", more);
    const all = await exported({ project: "other" }, personWith(["other", "viewer"]));
    expect(all.map((page) => page.length)).toEqual([500, 401]);
    expect(all.flat()).toEqual(Array.from({ length: 901 }, (_, index) => 901 - index));
    expect((await exported({ project: "veza", kind: "stops", before: "1" as never })).flat().slice(-2)).toEqual([5, 4]);
  });

  it("is refused to whoever may not read that chain, before anything is read", async () => {
    for (const project of ["other", instanceChain, "nothing"])
      await expect(openHistoryExport(pool, viewer, { project })).rejects.toThrow(NotFound);
    await expect(openHistoryExport(pool, viewer, { project: "veza", kind: "x" as never })).rejects.toThrow(
      InvalidInput,
    );
    await expect(openHistoryExport(pool, viewer, {} as never)).rejects.toThrow(InvalidInput);
  });
});
