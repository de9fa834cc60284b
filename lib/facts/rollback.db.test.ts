import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { loadPlan } from "@/lib/facts/plan-inputs";
import { findRollback } from "@/lib/facts/rollback";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const place = { project: "shop", environment: "staging" };
const letters = ["a", "b", "c", "d", "e"] as const;
type Letter = (typeof letters)[number];

/** What happened to the one service of the tests, oldest first. */
type Happening =
  | { kind: "succeeded" | "failed" | "blocked" | "unblocked" | "changedByHand"; digest: Letter }
  | { kind: "wentBack" };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("succeeded" as const), digest: fc.constantFrom(...letters) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("failed" as const, "blocked" as const, "unblocked" as const, "changedByHand" as const),
      digest: fc.constantFrom(...letters),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "wentBack" as const }) },
);

/** What anybody would say of the history by reading it: what runs, what passed when, what is out. */
class Reading {
  runs: Letter | null = null;
  wanted: Letter | null = null;
  readonly passed: Letter[] = [];
  readonly blocked = new Set<Letter>();

  /** Passed and not out, the newest pass first. */
  get candidates(): Letter[] {
    return [...new Set(this.passed.toReversed())].filter((digest) => !this.blocked.has(digest));
  }

  /** Where a promotion of `to` would go back to by itself: what passed last and is another one. */
  automatic(to: Letter): { digest: Letter; verified: boolean } | null {
    // Of what does not move, in a set of services that go back together, nothing is brought back.
    if (this.runs === to && this.candidates[0] === to) return { digest: to, verified: true };
    const found = this.candidates.find((digest) => digest !== to);
    if (found) return { digest: found, verified: true };
    return this.runs === null || this.runs === to ? null : { digest: this.runs, verified: false };
  }

  /** Where a person would go back to: what passed last of those that had passed before the present one ever did. */
  byHand(): Letter | undefined {
    const first = this.wanted === null ? -1 : this.passed.indexOf(this.wanted);
    const before = first === -1 ? this.passed : this.passed.slice(0, first);
    return this.candidates.find((digest) => digest !== this.wanted && before.includes(digest));
  }
}

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  const operator = { kind: "person" as const, id: "test#ada", name: "Ada", email: "", groups: [], administrator: true };
  const now = () => new Date().toISOString();
  const applied = await applyDocuments({ pool, now } as never, operator as never, { text: file }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
  for (const letter of letters) await announce(letter);
});
afterAll(async () => {
  await pool?.close();
  await database?.close();
});

const file = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: registry }
spec: { projects: [shop], registry: { url: "http://127.0.0.1:5001" } }
---
apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: cluster }
spec: { projects: [shop], kubernetes: { kubeconfig: "file:/nowhere" } }
---
apiVersion: waybill.dev/v1
kind: Project
metadata: { name: shop }
spec:
  environments: [{ name: staging }]
  services:
    - name: web
      image: { connection: registry, repository: web }
      targets: { staging: { kubernetes: { connection: cluster, namespace: shop, deployment: web, container: web } } }
`;

async function announce(letter: Letter): Promise<void> {
  await pool.execute(
    sql`insert into release (project, key, version, announced_by, announced_at)
        values ('shop', ${letter}, ${letter}, ${json({})}::jsonb, now())`,
  );
  await pool.execute(
    sql`insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, version, image)
        values ('shop', ${letter}, 'web', 0, 'web', ${digestOf(letter)}, '{}', 0, ${letter}, ${json({})}::jsonb)`,
  );
}

/** Brings the tables to where a history leaves them, as the ledger's projection does, and its reading beside. */
async function live(happenings: readonly Happening[]): Promise<Reading> {
  await pool.execute(sql`delete from verification`);
  await pool.execute(sql`delete from block`);
  await pool.execute(
    sql`update deployment set wanted_digest = null, wanted_promotion = null, observed_digest = null, drift_digest = null,
               verified_digest = null, verified_version = null, verified_release = null`,
  );
  const reading = new Reading();
  let tick = 0;
  for (const one of happenings) {
    tick += 1;
    const at = new Date(Date.UTC(2026, 0, 1) + tick * 60_000).toISOString();
    switch (one.kind) {
      case "wentBack": {
        const target = reading.byHand();
        if (target) await succeeded(reading, target, at, tick);
        break;
      }
      case "succeeded":
        await succeeded(reading, one.digest, at, tick);
        break;
      case "failed":
      case "blocked":
        if (reading.blocked.has(one.digest)) break;
        reading.blocked.add(one.digest);
        await pool.execute(
          sql`insert into block (id, project, service, environment, digest, reason, next_step, blocked_by, blocked_at)
              values (${`b${tick}`}, 'shop', 'web', 'staging', ${digestOf(one.digest)}, 'x', 'x', '{}'::jsonb, ${at})`,
        );
        break;
      case "unblocked":
        reading.blocked.delete(one.digest);
        await pool.execute(sql`update block set lifted_at = ${at} where digest = ${digestOf(one.digest)}`);
        break;
      case "changedByHand":
        reading.runs = one.digest;
        await pool.execute(
          sql`update deployment set observed_digest = ${digestOf(one.digest)}, drift_digest = nullif(${digestOf(one.digest)}, wanted_digest)`,
        );
        break;
      default:
        one satisfies never;
    }
  }
  return reading;
}

async function succeeded(reading: Reading, letter: Letter, at: string, tick: number): Promise<void> {
  reading.passed.push(letter);
  reading.runs = letter;
  reading.wanted = letter;
  const digest = digestOf(letter);
  await pool.execute(
    sql`insert into verification (project, service, environment, digest, promotion, release, version, verified_at)
        values ('shop', 'web', 'staging', ${digest}, ${`shop-${tick}`}, ${letter}, ${letter}, ${at})`,
  );
  await pool.execute(
    sql`update deployment set wanted_digest = ${digest}, wanted_promotion = ${`shop-${tick}`}, observed_digest = ${digest},
               drift_digest = null, verified_digest = ${digest}, verified_version = ${letter}, verified_release = ${letter}`,
  );
}

describe("over any history, what is gone back to", () => {
  it("by itself is the newest digest that passed there, other than the one that is tried, or said to be unverified", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 14, size: "max" }),
        fc.constantFrom(...letters),
        async (past, to) => {
          const reading = await live(past);
          const plan = await loadPlan(pool, { kind: "promote", ...place, release: to });
          if (plan.kind === "noPlan") throw new Error(plan.message);
          const rollback = plan.services[0]?.rollback ?? null;
          const expected = reading.automatic(to);
          expect(rollback && { digest: rollback.digest, verified: rollback.verified }).toEqual(
            expected && { ...expected, digest: digestOf(expected.digest) },
          );
          if (rollback?.verified) expect(rollback.release).toBe(expected?.digest);
        },
      ),
      {
        numRuns: 120,
        // What passed last is blocked, and what is brought runs already, by hand: it stays, and is no way back to nothing.
        examples: [
          [
            [
              { kind: "succeeded", digest: "c" },
              { kind: "succeeded", digest: "a" },
              { kind: "blocked", digest: "a" },
              { kind: "changedByHand", digest: "c" },
            ],
            "c",
          ],
        ],
      },
    );
  });

  it("by hand is the newest that had passed before the present one, and going back again and again ends", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 14, size: "max" }), async (past) => {
        const reading = await live(past);
        const seen = new Set<string>();
        for (let tick = 100; ; tick += 1) {
          const found = await findRollback(pool, place.project, place.environment, ["web"]);
          const expected = reading.byHand();
          if (found.kind === "rejection") {
            expect(expected).toBeUndefined();
            break;
          }
          const [artifact] = found.subject.artifacts;
          expect(artifact?.digest).toBe(expected && digestOf(expected));
          expect(seen).not.toContain(artifact?.digest);
          seen.add(artifact?.digest ?? "");
          if (expected)
            await succeeded(reading, expected, new Date(Date.UTC(2026, 0, 2) + tick * 1_000).toISOString(), tick);
        }
      }),
      { numRuns: 60 },
    );
  });
});
