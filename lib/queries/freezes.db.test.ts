import { afterAll, beforeAll, expect, it } from "vitest";
import { createPool, type Pool } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { freezesOf } from "@/lib/pipeline/gates/freeze-standing";
import { environment } from "@/lib/pipeline/policy/environment";
import { readEnvironment } from "@/lib/queries/environment";
import { listEnvironments } from "@/lib/queries/environments";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput } from "@/lib/queries/matrix-input";
import { announce, beat, holds, layOut, personWith, verified } from "@/lib/queries/testing/matrix-fixture";

const rita = personWith(["veza", "releaseManager"]);
const day = 86_400_000;
const now = new Date().toISOString();
/** Whole minutes from today on, so that the test says the same on every day. */
const wall = (days: number) => `${new Date(Date.parse(now) + days * day).toISOString().slice(0, 10)}T12:00`;

let test: TestDatabase;
let pool: Pool;

async function freeze(gates: object[]): Promise<void> {
  const policy = { ...environment.parse({ name: "production", requires: { all: ["staging"] }, gates }), position: 1 };
  await pool.execute(sql`update environment set freezes = ${json(freezesOf(policy))}::jsonb where name = 'production'`);
  const staging = { ...environment.parse({ name: "staging" }), position: 0 };
  await pool.execute(
    sql`update project set document = document || ${json({ environments: [staging, policy] })}::jsonb,
                           file_version = file_version + 1 where name = 'veza'`,
  );
}
const read = () => readEnvironment(pool, rita, { project: "veza", environment: "production" }, now);
const matrix = () => readMatrix(pool, rita, matrixInput.parse({ projects: ["veza"] }));

const yearsEnd = { name: "year's end", from: wall(-2), to: wall(3) };
const later = { name: "audit", from: wall(10), to: wall(11) };

beforeAll(async () => {
  test = await createTestDatabase();
  pool = createPool(test.url);
  await beat(pool);
  await layOut(pool, "veza", [{ name: "staging" }, { name: "production", requires: ["staging"] }], ["api"]);
  await announce(pool, "veza", "api", 1);
  await verified(pool, "veza", "api", "staging", 1, 5);
});
afterAll(async () => {
  await pool?.close();
  await test?.close();
});

it("a closed environment says by what and until when, on every page, and what could come would wait until then", async () => {
  await freeze([{ freeze: { timezone: "UTC", deny: [yearsEnd, later], exempt: ["P0"] } }]);
  const opensAt = `${wall(3)}:00.000Z`;
  const { projects, rows, changesAt } = await matrix();
  expect(projects[0]?.environments).toEqual([
    { name: "staging", state: "open" },
    { name: "production", state: "closed", note: expect.stringMatching(/^year's end, opens .* 12:00 UTC$/), opensAt },
  ]);
  expect(changesAt).toBe(opensAt);
  expect(rows[0]?.cells.find((one) => one.environment === "production")?.canPromote).toMatchObject({
    startsAt: opensAt,
  });

  const { environments } = await listEnvironments(pool, rita, { now });
  expect(environments.map((one) => one.closed)).toEqual([null, expect.stringContaining("year's end, opens")]);

  const [shown, ...others] = (await read()).freezes;
  expect(others).toEqual([]);
  expect(shown).toMatchObject({ timezone: "UTC", shadow: false, exempt: ["P0"], state: { open: false, opensAt } });
  expect(shown?.closings).toEqual([
    { from: `${wall(-2)}:00.000Z`, to: opensAt, by: ["year's end"] },
    { from: `${wall(10)}:00.000Z`, to: `${wall(11)}:00.000Z`, by: ["audit"] },
  ]);
});

it("a hold stands before a calendar, and a freeze in shadow closes nothing but is shown", async () => {
  await freeze([{ freeze: { timezone: "UTC", deny: [yearsEnd] }, shadow: true }]);
  expect((await matrix()).projects[0]?.environments[1]).toEqual({ name: "production", state: "open" });
  const { freezes, policy } = await read();
  expect(freezes).toMatchObject([{ shadow: true, state: { open: false } }]);
  expect(policy.gates.map((one) => one.demand)).toContain("outside year's end (UTC), in shadow");
  await freeze([{ freeze: { timezone: "UTC", deny: [yearsEnd] } }]);
  await holds(pool, "veza", "production", "failover drill");
  expect((await matrix()).projects[0]?.environments[1]).toMatchObject({ state: "held" });
});
