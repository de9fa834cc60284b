import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPool, type Pool, violates } from "@/lib/db/pool";
import { json, sql } from "@/lib/db/sql";
import { createTestDatabase, type TestDatabase } from "@/lib/db/test-database";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { recordInput } from "@/lib/ledger/record-promotion";
import { replayProject } from "@/lib/ledger/replay";
import type { Actor } from "@/lib/pipeline/actor";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import type { PromotionInput, Sighting, Trouble } from "@/lib/pipeline/promotion/input";
import { hasEnded, type PromotionPhase, type PromotionState } from "@/lib/pipeline/promotion/state";
import type { Digest } from "@/lib/pipeline/release/digest";

const ada = { kind: "person", id: "https://id.example|1", name: "Ada" } satisfies Actor;
const grace = { kind: "person", id: "https://id.example|2", name: "Grace" } satisfies Actor;
const services = ["api", "web"];

const digest = (number: number) => `sha256:${number.toString(16).padStart(64, "0")}` as Digest;
const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 9, 0, second)).toISOString();

/** One of 32 plans: every bit changes something that changes the way of the promotion. */
function planOf(project: string, variant: number, release: number): Plan {
  const planned = (service: string, index: number): PlannedService => ({
    service,
    connection: "cluster",
    repository: `shop/${service}`,
    image: `registry.example/shop/${service}`,
    target: {
      kind: "kubernetes",
      connection: "cluster",
      namespace: "shop",
      workload: { kind: "deployment", name: service },
      container: service,
    },
    from: { digest: digest(900 + index), version: null },
    to: { digest: digest(release * 10 + index), version: `v${release}`, platforms: [], revision: null },
    rollback: variant & 1 ? null : { digest: digest(900 + index), version: null, release: null, verified: true },
    strategy: { kind: "rolling", deadlineMs: 20_000 },
  });
  return {
    v: 1,
    kind: variant & 2 ? "rollback" : "promote",
    project,
    environment: "staging",
    release: `shop@v${release}`,
    version: `v${release}`,
    policyVersion: 1,
    services: services.map(planned),
    gates: [{ kind: "approval", count: 1, from: ["releasers"], expiresAfterMs: 86_400_000 }],
    verification: { health: [], smoke: [], watchMs: 0 },
    onFailure: variant & 4 ? "hold" : "rollBack",
    queue: variant & 8 ? "newest" : "fifo",
    tags: variant & 16 ? [] : services.map((service) => ({ service, tag: "staging" })),
  };
}

const verdict = (status: Verdict["status"]): Verdict => ({
  gate: "approval",
  status,
  demand: "1",
  summary: status,
  evidence: [],
});
const trouble = (kind: Trouble["kind"]): Trouble => ({
  kind,
  reason: "it crashed",
  evidence: [{ name: "pod", value: "CrashLoopBackOff" }],
});
const sightings = (runs: Digest): Sighting[] => [
  { kind: "running", runs, as: "index", ready: 2, desired: 2 },
  { kind: "progressing", ready: 1, desired: 2 },
  { kind: "trouble", trouble: trouble("errored") },
];

/** What could be said to a promotion: mostly what fits its phase, so that walks get far, and some that does not. */
function inputsFor(state: PromotionState, second: number): PromotionInput[] {
  const { plan, planHash } = state;
  const evaluated = (status: Verdict["status"], slotFree: boolean, changed: Plan = plan): PromotionInput => ({
    ...{ kind: "evaluated", plan: changed, planHash: hashPlan(changed), changes: changed === plan ? [] : ["policy"] },
    ...{ verdicts: [verdict(status)], slotFree },
  });
  const always: PromotionInput[] = [
    { kind: "abort", by: grace, why: "enough" },
    { kind: "close", by: grace, why: "seen to" },
    { kind: "retryRollback", by: ada },
    { kind: "intendApply", service: "web", attempt: 1, generation: second },
  ];
  const each = (make: (service: string) => PromotionInput[]) => services.flatMap(make);
  switch (state.phase) {
    case "waiting":
    case "queued":
      return [
        ...[evaluated("pass", true), evaluated("pass", true), evaluated("pass", true), evaluated("pass", false)],
        ...[evaluated("wait", true), evaluated("unknown", true), evaluated("fail", true)],
        evaluated("wait", true, { ...plan, policyVersion: plan.policyVersion + 1 }),
        { kind: "approve", by: grace, person: grace.id, planHash, reason: null, authenticatedAt: null },
        { kind: "reject", by: grace, planHash, why: "not today" },
        { kind: "supersede", by: "other-1" },
        ...always,
      ];
    case "rollingOut":
      return [
        ...each((service) => [
          { kind: "intendApply", service, attempt: 1, generation: second },
          { kind: "applied", service, attempt: 1, targetGeneration: second, written: true },
          { kind: "applyTrouble", service, attempt: 1, touched: second % 2 === 0, trouble: trouble("failed") },
        ]),
        ...each((service) => sightings(digest(7)).map((sighting) => ({ kind: "sighted", service, sighting }))),
        ...always,
      ];
    case "verifying":
      return [
        {
          kind: "checked",
          checks: state.checks.map((check) => ({ ...check, status: "good" as const, since: at(second) })),
        },
        { kind: "checked", checks: state.checks.map((check) => ({ ...check, status: "good" as const })) },
        {
          kind: "checked",
          checks: state.checks.map((check) => ({ ...check, status: "failed" as const, found: "500" })),
        },
        ...each((service) => [
          { kind: "tagMoved", service, tag: "staging", digest: digest(7), before: null },
          { kind: "tagTrouble", service, tag: "staging", reason: "the registry refused" },
        ]),
        ...always,
      ];
    default:
      return [
        ...each((service) => [
          { kind: "intendRevert", service, attempt: 1, generation: second },
          { kind: "intendRevert", service, attempt: 2, generation: second },
          { kind: "reverted", service, attempt: 1, targetGeneration: second, written: true },
          { kind: "reverted", service, attempt: 2, targetGeneration: second, written: true },
          { kind: "revertTrouble", service, attempt: 1, trouble: trouble("errored") },
        ]),
        ...each((service) => sightings(digest(900)).map((sighting) => ({ kind: "revertSighted", service, sighting }))),
        ...always,
      ];
  }
}

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { size: 4 });
});
afterAll(async () => {
  await pool.close();
  await database.close();
});

async function beginProject(project: string): Promise<void> {
  for (const service of services) {
    await pool.execute(
      sql`insert into deployment (project, service, environment, target) values (${project}, ${service}, 'staging', ${json({})}::jsonb)`,
    );
  }
}

async function request(project: string, variant: number, second: number): Promise<PromotionState> {
  return await inLedgerTransaction(pool, project, async (tx) => {
    const number = tx.takePromotionNumber();
    const id = `${project}-${number}`;
    const plan = planOf(project, variant, number);
    const input: PromotionInput = {
      ...{ kind: "request", id, number, plan, planHash: hashPlan(plan), reason: null, causedBy: null },
      ...{ expiresAt: at(86_400), by: ada },
    };
    const recorded = await recordInput(tx, undefined, input, at(second), { idempotencyKey: id, requestHash: "x" });
    if (recorded.kind === "rejection") throw new Error(recorded.message);
    return recorded.state;
  });
}

/** Says `input` to a promotion; a second one that would be active there is refused by the database, and nothing moves. */
async function say(state: PromotionState, input: PromotionInput, second: number): Promise<PromotionState> {
  try {
    return await inLedgerTransaction(pool, state.project, async (tx) => {
      const recorded = await recordInput(tx, state, input, at(second));
      return recorded.kind === "rejection" ? state : recorded.state;
    });
  } catch (error) {
    if (violates(error, "rollout_one_active")) return state;
    throw error;
  }
}

/** A walk of several promotions of one project, as the numbers lead it. */
async function walk(project: string, steps: readonly number[]): Promise<PromotionState[]> {
  await beginProject(project);
  const states: PromotionState[] = [];
  for (const [second, step] of steps.entries()) {
    const open = states.filter((state) => !hasEnded(state.phase));
    const state = open[step % 3];
    if (state === undefined) {
      states.push(await request(project, step >> 2, second));
      continue;
    }
    const inputs = inputsFor(state, second);
    const input = inputs[(step >> 2) % inputs.length] as PromotionInput;
    states[states.indexOf(state)] = await say(state, input, second);
  }
  return states;
}

/** The shortest way to a success, for tests that look at one. */
async function succeed(project: string): Promise<PromotionState> {
  await beginProject(project);
  let state = await request(project, 16, 0);
  const saying = async (input: PromotionInput) => {
    state = await say(state, input, 1);
  };
  const { plan, planHash } = state;
  await saying({ kind: "evaluated", plan, planHash, changes: [], verdicts: [verdict("pass")], slotFree: true });
  for (const service of services) {
    await saying({ kind: "intendApply", service, attempt: 1, generation: 1 });
    await saying({ kind: "applied", service, attempt: 1, targetGeneration: 1, written: true });
    await saying({ kind: "sighted", service, sighting: sightings(digest(10))[0] as Sighting });
  }
  if (state.phase !== "verifying") throw new Error(`it is ${state.phase}`);
  await saying({ kind: "checked", checks: state.checks.map((check) => ({ ...check, status: "good" })) });
  expect(state.phase).toBe("succeeded");
  return state;
}

describe("replayProject", () => {
  async function walkAndReplay(prefix: string, parameters: fc.Parameters<[number[]]>): Promise<Set<PromotionPhase>> {
    const reached = new Set<PromotionPhase>();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 1 << 12 }), { minLength: 40, maxLength: 90 }), async (steps) => {
        run += 1;
        const states = await walk(`${prefix}${run}`, steps);
        for (const state of states) reached.add(state.phase);
        const result = await replayProject(pool, `${prefix}${run}`);
        expect(result).toMatchObject({ promotions: states.length, differences: [] });
        expect(result.entries).toBeGreaterThanOrEqual(states.length);
      }),
      parameters,
    );
    return reached;
  }

  test("gives what is stored, whatever was said to the promotions of a project", async () => {
    await walkAndReplay("any", { numRuns: 15 });
  });

  test("gives what is stored after walks that are known to get about", async () => {
    const reached = await walkAndReplay("known", { numRuns: 15, seed: 20_261_121 });
    const ends: PromotionPhase[] = ["rejected", "superseded", "aborted", "failed", "stuck"];
    expect([...reached]).toEqual(expect.arrayContaining(ends));
  });

  test("of a success gives the wanted and the verified digests", async () => {
    await succeed("success");
    expect(await replayProject(pool, "success")).toMatchObject({ promotions: 1, differences: [] });
    const rows = await pool.query<{ wanted: string; verified: string }>(
      sql`select wanted_digest as wanted, verified_digest as verified from deployment where project = 'success'`,
    );
    expect(rows).toHaveLength(2);
    expect(rows.every((row) => row.wanted !== null && row.wanted === row.verified)).toBe(true);
  });

  test("of a project without entries gives nothing", async () => {
    expect(await replayProject(pool, "nothing")).toEqual({
      project: "nothing",
      entries: 0,
      promotions: 0,
      differences: [],
    });
  });

  test("names each thing that was changed behind the ledger's back", async () => {
    await succeed("changed");
    await pool.execute(
      sql`update promotion set state = jsonb_set(state, '{rollouts,1,ready}', '9') where id = 'changed-1'`,
    );
    await pool.execute(
      sql`update deployment set wanted_digest = ${digest(66)} where project = 'changed' and service = 'api'`,
    );
    await pool.execute(sql`update deployment set verified_digest = null where project = 'changed' and service = 'web'`);
    await pool.execute(sql`delete from verification where project = 'changed' and service = 'web'`);
    await pool.execute(
      sql`insert into hold (id, project, environment, reason, held_by, held_at) values ('h', 'changed', 'staging', 'r', '{}', now())`,
    );
    await pool.execute(
      sql`insert into block (id, project, service, environment, digest, reason, next_step, blocked_by, blocked_at)
          values ('b', 'changed', 'api', 'staging', ${digest(11)}, 'r', 'n', '{}', now())`,
    );
    const { differences } = await replayProject(pool, "changed");
    expect(differences).toEqual([
      {
        what: "promotion",
        subject: "changed-1",
        message: "the stored state differs from the entries at rollouts[1].ready",
      },
      { what: "hold", subject: "staging", message: "stored is h, the entries say nothing" },
      { what: "block", subject: `api staging ${digest(11)}`, message: "stored is b, the entries say nothing" },
      {
        what: "wantedDigest",
        subject: "api staging",
        message: `stored is ${digest(66)}, the entries say ${digest(10)}`,
      },
      { what: "verifiedDigest", subject: "web staging", message: `stored is nothing, the entries say ${digest(11)}` },
      {
        what: "verification",
        subject: "web staging changed-1",
        message: `stored is nothing, the entries say ${digest(11)}`,
      },
    ]);
  });

  test("names a promotion that is not stored, one that nobody requested, and a head that was moved", async () => {
    await succeed("lost");
    await pool.execute(sql`update promotion set id = 'lost-7', number = 7 where id = 'lost-1'`);
    await pool.execute(sql`update ledger_head set hash = ${"f".repeat(64)} where project = 'lost'`);
    const { differences } = await replayProject(pool, "lost");
    expect(differences).toEqual([
      { what: "chain", subject: "lost", message: expect.stringContaining(`but ${"f".repeat(64)} is what it had`) },
      { what: "promotion", subject: "lost-1", message: "an entry requested it, but it is not stored" },
      { what: "promotion", subject: "lost-7", message: "it is stored, but no entry requested it" },
    ]);
  });
});
