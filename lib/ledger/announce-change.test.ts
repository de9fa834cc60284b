import { describe, expect, it } from "vitest";
import type { Pool } from "@/lib/db/pool";
import type { Sql } from "@/lib/db/sql";
import { announceChange, announcementsSent, type Change, parseChanges, toPayloads } from "@/lib/ledger/announce-change";

const change = (index: number): Change => ({ project: "veza", kind: "gates.evaluated", promotion: `veza-${index}` });

describe("toPayloads", () => {
  it("puts as many changes into one payload as Postgres takes", () => {
    const changes = Array.from({ length: 300 }, (_, index) => ({
      ...change(index),
      service: "dienst-für-ä".repeat(5),
    }));
    const payloads = toPayloads(changes);
    expect(payloads.length).toBeGreaterThan(1);
    expect(payloads.every((payload) => Buffer.byteLength(payload) < 8000)).toBe(true);
    expect(payloads.flatMap(parseChanges)).toEqual(changes);
  });

  it("tells each project once where too much changed to be listed", () => {
    const changes = Array.from({ length: 1000 }, (_, index) => ({ ...change(index), project: `p${index % 3}` }));
    expect(toPayloads(changes).flatMap(parseChanges)).toEqual(
      ["p0", "p1", "p2"].map((project) => ({ project, kind: "several" })),
    );
  });

  it("leaves out what no payload could hold", () => {
    expect(toPayloads([{ ...change(1), service: "x".repeat(9000) }, change(2)]).flatMap(parseChanges)).toEqual([
      change(2),
    ]);
  });
});

describe("parseChanges", () => {
  it("reads one change or a list, and nothing else", () => {
    expect(parseChanges(JSON.stringify(change(1)))).toEqual([change(1)]);
    expect(parseChanges("not json")).toEqual([]);
    expect(
      parseChanges('[{"project":1,"kind":"x"},null,"x",{"kind":"x"},{"project":"p","kind":"k","service":3}]'),
    ).toEqual([]);
  });
});

/** A pool that only knows how to be told; each statement waits until it is let go. */
function recordingPool() {
  const sent: Change[][] = [];
  const waiting: ((error?: Error) => void)[] = [];
  const pool: Pool = {
    query: (statement: Sql) => {
      sent.push((statement.values[1] as string[]).flatMap(parseChanges));
      return new Promise((resolve, reject) =>
        waiting.push((error) => (error === undefined ? resolve([]) : reject(error))),
      );
    },
    execute: () => Promise.resolve(0),
    transaction: () => Promise.reject(new Error("not here")),
    close: () => Promise.resolve(),
  };
  return { pool, sent, settle: (error?: Error) => waiting.shift()?.(error) };
}

describe("announceChange", () => {
  it("sends at once, and gathers, each once, what comes while a sending is under way", async () => {
    const { pool, sent, settle } = recordingPool();
    announceChange(pool, change(1));
    announceChange(pool, [change(2), change(3)]);
    announceChange(pool, change(2));
    expect(sent).toEqual([[change(1)]]);
    settle();
    while (sent.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(sent[1]).toEqual([change(2), change(3)]);
    settle();
    await announcementsSent(pool);
    announceChange(pool, []);
    expect(sent).toHaveLength(2);
  });

  it("drops what could not be sent, and goes on", async () => {
    const { pool, sent, settle } = recordingPool();
    announceChange(pool, change(1));
    settle(new Error("the database is away"));
    await announcementsSent(pool);
    announceChange(pool, change(2));
    settle();
    await announcementsSent(pool);
    expect(sent).toEqual([[change(1)], [change(2)]]);
  });
});
