import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ChangeHub } from "@/app/api/events/change-hub";
import { changeStream } from "@/app/api/events/change-stream";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { createPool, type Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { announceChange, CHANGE_CHANNEL } from "@/lib/ledger/announce-change";
import { Unauthenticated } from "@/lib/pipeline/errors";

let database: TestDatabase;
let pool: Pool;
let hub: ChangeHub;
const readers: Reader[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  hub = new ChangeHub(() => database.url);
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.leave()));
});
afterAll(async () => {
  await hub.close();
  await pool.close();
  await database.close();
});

/** Somebody who may see these projects. */
function viewerOf(...projects: string[]): PersonPrincipal {
  const grants = projects.map((project) => ({ project, role: "viewer" as const, environments: null }));
  return { kind: "person", id: "i#vera", name: "Vera", email: "", groups: [], administrator: false, grants };
}

interface Told {
  event: string;
  data: unknown;
}

/** Reads a stream event by event. */
class Reader {
  private readonly aborter = new AbortController();
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private text = "";

  constructor(principal: PersonPrincipal, options: Partial<Parameters<typeof changeStream>[0]> = {}) {
    const recheck = async () => principal;
    const stream = changeStream({ hub, principal, recheck, signal: this.aborter.signal, ...options });
    this.reader = stream.getReader();
    readers.push(this);
  }

  /** The next event; undefined where the stream has ended. */
  async next(): Promise<Told | undefined> {
    for (;;) {
      const end = this.text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        if (event !== undefined && data !== undefined) return { event, data: JSON.parse(data) };
        continue;
      }
      const { value, done } = await this.reader.read();
      if (done) return undefined;
      this.text += new TextDecoder().decode(value);
    }
  }

  async leave(): Promise<void> {
    this.aborter.abort();
    await this.reader.cancel();
  }
}

test("what changes is told to those who may see it, and nothing else", async () => {
  const vera = new Reader(viewerOf("veza"));
  const mira = new Reader(viewerOf("miniredis"));
  const both = new Reader(viewerOf("veza", "miniredis"));
  for (const reader of [vera, mira, both]) expect(await reader.next()).toEqual({ event: "ready", data: {} });
  const changes = [
    { project: "veza", kind: "promotion.requested", promotion: "veza-1" },
    { project: "miniredis", kind: "environment.held", environment: "staging" },
  ];
  announceChange(pool, changes);
  expect(await vera.next()).toEqual({ event: "change", data: [changes[0]] });
  expect(await mira.next()).toEqual({ event: "change", data: [changes[1]] });
  expect(await both.next()).toEqual({ event: "change", data: changes });
});

test("what changed between the reading of a page and the opening of its stream is told as it opens", async () => {
  const change = { project: "veza", kind: "promotion.requested", promotion: "veza-1" };
  const other = { project: "miniredis", kind: "several" };
  let now = 1_000_000;
  const clocked = new ChangeHub(
    () => database.url,
    () => now,
  );
  const first = new Reader(viewerOf("veza", "miniredis"), { hub: clocked, since: now });
  expect(await first.next()).toEqual({ event: "ready", data: { gap: true } });
  now += 10_000;
  announceChange(pool, [change, other]);
  expect(await first.next()).toEqual({ event: "change", data: [change, other] });
  now += 5_000;

  const before = new Reader(viewerOf("veza"), { hub: clocked, since: now - 6_000 });
  expect(await before.next()).toEqual({ event: "ready", data: {} });
  expect(await before.next()).toEqual({ event: "change", data: [change] });
  const after = new Reader(viewerOf("veza"), { hub: clocked, since: now, beatMs: 20 });
  expect(await after.next()).toEqual({ event: "ready", data: {} });
  expect(await after.next()).toEqual({ event: "beat", data: {} });
  const longAgo = new Reader(viewerOf("veza"), { hub: clocked, since: 0 });
  expect(await longAgo.next()).toEqual({ event: "ready", data: { gap: true } });

  // What was kept is dropped after a minute, and then not taken for all there was.
  now += 70_000;
  announceChange(pool, other);
  expect(await first.next()).toEqual({ event: "change", data: [other] });
  expect(clocked.since(now - 75_500)).toBeUndefined();
  expect(clocked.since(now)).toEqual([other]);
  await clocked.close();
});

test("text that is no change is told to nobody", async () => {
  const vera = new Reader(viewerOf("veza"));
  expect((await vera.next())?.event).toBe("ready");
  await pool.query(sql`select pg_notify(${CHANGE_CHANNEL}, '{"project":7}')`);
  await pool.query(sql`select pg_notify(${CHANGE_CHANNEL}, 'DROP TABLE')`);
  const change = { project: "veza", kind: "several" };
  announceChange(pool, change);
  expect(await vera.next()).toEqual({ event: "change", data: [change] });
});

test("it beats while nothing happens", async () => {
  const vera = new Reader(viewerOf("veza"), { beatMs: 20 });
  expect((await vera.next())?.event).toBe("ready");
  expect((await vera.next())?.event).toBe("beat");
});

test("a person who is revoked is asked about at once, not at the next turn", async () => {
  let revoked = false;
  const recheck = () => (revoked ? Promise.reject(new Unauthenticated()) : Promise.resolve(viewerOf("veza")));
  const arjun = new Reader(viewerOf("veza"), { recheckMs: 3_600_000, recheck });
  expect((await arjun.next())?.event).toBe("ready");
  revoked = true;
  announceChange(pool, [{ project: "@instance", kind: "person.revoked" }]);
  expect(await arjun.next()).toBeUndefined();
});

test("rights that were taken away end the stream, and those that were given count", async () => {
  const gone = new Reader(viewerOf("veza"), { recheckMs: 20, recheck: () => Promise.reject(new Unauthenticated()) });
  expect((await gone.next())?.event).toBe("ready");
  expect(await gone.next()).toBeUndefined();

  let asked = 0;
  const later = new Reader(viewerOf(), {
    recheckMs: 20,
    beatMs: 20,
    recheck: async () => {
      asked += 1;
      return viewerOf("veza");
    },
  });
  while (asked === 0) expect(["ready", "beat"]).toContain((await later.next())?.event);
  announceChange(pool, { project: "veza", kind: "several" });
  let told = await later.next();
  while (told?.event === "beat") told = await later.next();
  expect(told?.event).toBe("change");
});

test("when the connection that listens breaks, streams say so, and that changes are heard again", async () => {
  const vera = new Reader(viewerOf("veza"));
  expect((await vera.next())?.event).toBe("ready");
  await pool.query(
    sql`select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'waybill listen' and datname = current_database()`,
  );
  expect((await vera.next())?.event).toBe("deaf");
  expect(await vera.next()).toEqual({ event: "ready", data: { gap: true } });
  const change = { project: "veza", kind: "several" };
  announceChange(pool, change);
  expect(await vera.next()).toEqual({ event: "change", data: [change] });
});

test("a hub that closes ends every stream, those to come too; one that is left is forgotten", async () => {
  const closing = new ChangeHub(() => database.url);
  const vera = new Reader(viewerOf("veza"), { hub: closing });
  const left = new Reader(viewerOf("veza"), { hub: closing });
  expect((await vera.next())?.event).toBe("ready");
  expect((await left.next())?.event).toBe("ready");
  await left.leave();
  expect(closing.size).toBe(1);
  await closing.close();
  expect(await vera.next()).toBeUndefined();
  expect(await new Reader(viewerOf("veza"), { hub: closing }).next()).toBeUndefined();
});

test("without a database the stream opens and says that it hears nothing", async () => {
  const deaf = new ChangeHub(() => "postgresql://waybill@127.0.0.1:1/none");
  const vera = new Reader(viewerOf("veza"), { hub: deaf });
  expect((await vera.next())?.event).toBe("deaf");
  await vera.leave();
  await deaf.close();
});
