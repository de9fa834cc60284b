import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "@/lib/db/connect";
import { listen } from "@/lib/db/listen";
import { createPool, type Pool, violates } from "@/lib/db/pool";
import { type Queryable, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { CHANGE_CHANNEL, type Change, parseChanges } from "@/lib/ledger/announce-change";
import { appendEntries, inLedgerTransaction, lockHead } from "@/lib/ledger/append";
import { exportLedger } from "@/lib/ledger/export";
import { loadEntries, loadHead, loadPromotionEntries } from "@/lib/ledger/load";
import { verifyLines } from "@/lib/ledger/verify";
import type { Entry } from "@/lib/pipeline/promotion/entry";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { size: 10 });
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

function entry(why: string, subject: Entry["subject"] = { environment: "staging" }): Entry {
  return {
    kind: "environment.released",
    data: { id: "veza:staging:1", why },
    at: "2026-11-21T09:30:00.000Z",
    actor: { kind: "person", id: "https://id.example|42", name: "Ada" },
    subject,
  };
}

const verify = async (db: Queryable, project: string) =>
  await verifyLines(exportLedger(db, project), { project, head: await loadHead(db, project) });

async function untilSomebodyWaits(db: Queryable): Promise<void> {
  for (;;) {
    // In this database: other tests wait for locks on the same server.
    const [row] = await db.query<{ waiting: number }>(
      sql`select count(*) as waiting from pg_locks join pg_stat_activity using (pid)
           where not granted and datname = current_database()`,
    );
    if ((row?.waiting ?? 0) > 0) return;
  }
}

describe("inLedgerTransaction", () => {
  test("numbers entries from 1, links them, and answers them as they are stored", async () => {
    const appended = await inLedgerTransaction(pool, "first", async (tx) => {
      expect(tx.head).toEqual({ seq: 0, hash: "0".repeat(64), promotions: 0 });
      const one = await tx.append([
        entry("a", { promotion: "first-1", service: "api", environment: "staging", release: "api@1" }),
        entry("b", {}),
      ]);
      return [...one, ...(await tx.append([entry("ünïcödé \u2028 \ud83d\udea2")]))];
    });
    expect(appended.map((one) => one.seq)).toEqual([1, 2, 3]);
    expect(await loadEntries(pool, "first")).toEqual(appended);
    expect(await loadPromotionEntries(pool, "first", "first-1")).toEqual(appended.slice(0, 1));
    expect(await loadEntries(pool, "first", { after: 1, limit: 1 })).toEqual(appended.slice(1, 2));
    expect(await verify(pool, "first")).toMatchObject({ kind: "intact", entries: 3 });
  });

  test("leaves no gap and no fork under 20 transactions at once, some of them rolled back, over two pools", async () => {
    // Two pools stand for two processes: turns within one do not hide what the row lock must do.
    const other = createPool(database.url, { size: 10 });
    try {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) =>
          inLedgerTransaction(index % 2 === 0 ? pool : other, "busy", async (tx) => {
            await tx.append([entry(`${index} a`), entry(`${index} b`)]);
            if (index % 5 === 0) throw new Error("changed my mind");
            if (index % 5 === 1) await tx.query(sql`select 1 / 0`);
            return tx.head.seq;
          }),
        ),
      );
      const failed = outcomes.filter((one) => one.status === "rejected").map((one) => String(one.reason));
      expect(failed).toHaveLength(16);
      expect(new Set(failed)).toEqual(new Set(["Error: changed my mind", "error: division by zero"]));
      const seqs = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, index) => 2 * index + 2));
      expect(await verify(pool, "busy")).toMatchObject({ kind: "intact", entries: 48 });
    } finally {
      await other.close();
    }
  });

  test("gives promotions numbers without gaps: one that was taken in vain is given out again", async () => {
    const take = (fail: boolean) =>
      inLedgerTransaction(pool, "numbers", async (tx) => {
        const number = tx.takePromotionNumber();
        await tx.append([entry(`${number}`)]);
        if (fail) throw new Error("rolled back");
        return number;
      });
    expect(await take(false)).toBe(1);
    await expect(take(true)).rejects.toThrow("rolled back");
    expect(await take(false)).toBe(2);
    expect(await inLedgerTransaction(pool, "numbers", async (tx) => tx.takePromotionNumber())).toBe(3);
    expect((await loadHead(pool, "numbers")).promotions).toBe(3);
  });

  test("commits state and entries together or not at all", async () => {
    const hold = sql`insert into hold (id, project, environment, reason, held_by, held_at)
      values ('h', 'together', 'staging', 'r', '{}', now())`;
    await inLedgerTransaction(pool, "together", async (tx) => {
      await tx.append([entry("held")]);
      expect(await tx.execute(hold)).toBe(1);
    });
    const again = inLedgerTransaction(pool, "together", async (tx) => {
      await tx.append([entry("held twice")]);
      await tx.execute(hold);
    });
    const error: unknown = await again.catch((caught: unknown) => caught);
    expect(violates(error, "hold_pkey")).toBe(true);
    expect(violates(error, "hold_one_standing")).toBe(false);
    expect((await loadHead(pool, "together")).seq).toBe(1);
  });

  test("does not commit what a swallowed error has undone", async () => {
    const swallowed = inLedgerTransaction(pool, "swallowed", async (tx) => {
      await tx.append([entry("lost")]);
      await tx.query(sql`select 1 / 0`).catch(() => []);
    });
    await expect(swallowed).rejects.toThrow("was rolled back");
    expect((await loadHead(pool, "swallowed")).seq).toBe(0);
  });

  test("fails with what Postgres said of the entries, not with what it said of the statements behind them", async () => {
    const refused = inLedgerTransaction(pool, "refused", async (tx) => {
      await tx.append([entry("a NUL, which jsonb cannot hold: \u0000")]);
      await tx.query(sql`select 1`);
    });
    await expect(refused).rejects.toThrow("unsupported Unicode escape sequence");
    const last = inLedgerTransaction(pool, "refused", (tx) => tx.append([entry("\u0000")]));
    await expect(last).rejects.toThrow("unsupported Unicode escape sequence");
    expect((await loadHead(pool, "refused")).seq).toBe(0);
    expect(await inLedgerTransaction(pool, "refused", async (tx) => (await tx.append([entry("a")]))[0]?.seq)).toBe(1);
  });

  test("runs the work again after a deadlock with somebody who took the locks the other way round", async () => {
    await pool.execute(
      sql`insert into project (name, title, file_version, document) values ('deadlock', 't', 1, '{}')`,
    );
    await inLedgerTransaction(pool, "deadlock", (tx) => tx.append([entry("before")]));
    const rival = await connect(database.superuserUrl);
    try {
      let runs = 0;
      // Who looks for a deadlock first is its victim: not the rival.
      await rival.query("SET deadlock_timeout = '60s'");
      await rival.query("BEGIN");
      await rival.query("UPDATE project SET title = 'rival' WHERE name = 'deadlock'");
      let rivalDone: Promise<unknown> = Promise.resolve();
      await inLedgerTransaction(pool, "deadlock", async (tx) => {
        runs += 1;
        if (runs === 1) {
          rivalDone = rival
            .query("UPDATE ledger_head SET promotions = promotions WHERE project = 'deadlock'")
            .then(() => rival.query("COMMIT"));
          await untilSomebodyWaits(tx);
        }
        await tx.append([entry("during")]);
        await tx.execute(sql`update project set title = 'ours' where name = 'deadlock'`);
      });
      await rivalDone;
      expect(runs).toBe(2);
      expect(await verify(pool, "deadlock")).toMatchObject({ kind: "intact", entries: 2 });
    } finally {
      await rival.end();
    }
  });

  test("refuses a ledger transaction inside another, which would wait for itself", async () => {
    const nested = inLedgerTransaction(pool, "outer", () => inLedgerTransaction(pool, "inner", async () => undefined));
    await expect(nested).rejects.toThrow("inside one of outer");
  });

  test("refuses a statement that comes after its transaction ended", async () => {
    let kept: Queryable | undefined;
    await inLedgerTransaction(pool, "late", async (tx) => {
      kept = tx;
    });
    await expect(kept?.query(sql`select 1`)).rejects.toThrow("the transaction has ended");
  });

  test("one project's waiting transactions leave connections for the others", async () => {
    const small = createPool(database.url, { size: 2 });
    try {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const slow = Array.from({ length: 5 }, () => inLedgerTransaction(small, "slow", () => held));
      expect(await inLedgerTransaction(small, "quick", async (tx) => (await tx.append([entry("x")])).length)).toBe(1);
      release();
      await Promise.all(slow);
    } finally {
      await small.close();
    }
  });

  test.each([
    "2026-11-21T09:30:00Z",
    "2026-11-21T10:30:00.000+01:00",
    "2026-11-21 09:30:00.000",
    "soon",
    "2026-02-30T00:00:00.000Z",
  ])("refuses the time %s, which would not come back as it was hashed", async (at) => {
    const append = inLedgerTransaction(pool, "times", (tx) => tx.append([{ ...entry("x"), at }]));
    await expect(append).rejects.toThrow(`the time of environment.released is "${at}": expected UTC`);
  });
});

describe("appendEntries", () => {
  test("refuses to write behind a head that is not the stored one", async () => {
    const stale = { seq: 0, hash: "0".repeat(64), promotions: 0 };
    await pool.transaction(async (tx) => {
      await appendEntries(tx, "stale", await lockHead(tx, "stale"), [entry("a")]);
    });
    const again = pool.transaction((tx) => appendEntries(tx, "stale", { ...stale, seq: 7 }, [entry("b")]));
    await expect(again).rejects.toThrow("does not end at 7");
    const fork = pool.transaction((tx) => appendEntries(tx, "stale", stale, [entry("c")]));
    await expect(fork).rejects.toThrow(/duplicate key|does not end at 0/);
    expect(await verify(pool, "stale")).toMatchObject({ kind: "intact", entries: 1 });
  });
});

describe("announcements", () => {
  test("come after the commit, name what changed, and none comes from what was rolled back", async () => {
    const heard: Change[] = [];
    let wake: () => void = () => undefined;
    const listener = await listen({
      url: database.url,
      channel: CHANGE_CHANNEL,
      onNotify: (payload) => {
        heard.push(...parseChanges(payload).filter((change) => change.project === "told"));
        wake();
      },
    });
    try {
      const failing = inLedgerTransaction(pool, "told", async (tx) => {
        await tx.append([entry("never")]);
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      await inLedgerTransaction(pool, "told", async (tx) => {
        await tx.append([entry("a", { promotion: "told-1", environment: "staging" })]);
        tx.announce({ project: "told", kind: "deployment.observed", service: "api" });
      });
      while (heard.length < 2) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      expect(heard).toEqual([
        { project: "told", kind: "environment.released", promotion: "told-1", environment: "staging" },
        { project: "told", kind: "deployment.observed", service: "api" },
      ]);
    } finally {
      await listener.close();
    }
  });
});
