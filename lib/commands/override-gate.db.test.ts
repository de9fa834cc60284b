import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import { actorOf, type PersonPrincipal } from "@/lib/auth/principal";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { confirmOverride } from "@/lib/commands/confirm-override";
import { overrideGate } from "@/lib/commands/override-gate";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { reviewOverride } from "@/lib/commands/review-override";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { assess } from "@/lib/facts/assess";
import { loadEntries, loadPromotionEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { Forbidden, InvalidInput } from "@/lib/pipeline/errors";

let world: DemoWorld;
let release: string;
let otto: PersonPrincipal;
let oda: PersonPrincipal;
const words = { reason: "the shop is down", incident: "INC-7" };
const place = { project: "demo", environment: "production" };
let keys = 0;
const key = () => `override-test-${++keys}`;

async function signIn(name: string): Promise<PersonPrincipal> {
  const identity = { issuer: "https://id.example", subject: name, name, groups: [], administrator: false };
  const found = await loadPerson(
    world.pool,
    await recordSignIn(world.pool, { ...identity, email: `${name}@example.com` }),
  );
  if (!found) throw new Error(`${name} is not there`);
  return found;
}

/** Production asks for what ran in staging, for an approval and for an hour of soak. */
async function applyFile(): Promise<void> {
  const staff = "    - { group: staff, role: viewer }";
  const more = ["otto", "oda"].map((name) => `    - { email: ${name}@example.com, role: overrider }`);
  const text = projectFile(world.sandbox, { soak: "1h" }).replace(staff, [staff, ...more].join("\n"));
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

const [approvalAt, soakAt] = [1, 2];

async function ask(by = world.people.rita) {
  const asked = await requestPromotion(world.engine, by, { ...place, release, idempotencyKey: key() });
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

const stateOf = (id: string) => world.until(id, () => true);
const replayed = async () => (await replayProject(world.pool, "demo")).differences;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  await applyFile();
  for (const subject of ["rita", "ada"] as const) {
    world.people[subject] = (await loadPerson(world.pool, world.people[subject].id)) ?? world.people[subject];
  }
  otto = await signIn("otto");
  oda = await signIn("oda");
  release = (await world.release("backend", "v2.0.0")).key;
  const staged = await requestPromotion(world.engine, world.people.rita, {
    ...{ project: "demo", environment: "staging", release, idempotencyKey: key() },
  });
  if (staged.kind === "rejection") throw new Error(staged.message);
  await world.withWorker(() => world.ended(staged.state.id));
});
afterAll(() => world?.close());
beforeEach(async () => {
  const open = await world.pool.query<{ id: string }>(sql`select id from promotion where ended_at is null`);
  for (const { id } of open) await abort(world.engine, world.people.ada, { promotion: id, why: "the next test" });
});

describe("break-glass on a promotion that waits", () => {
  it("opens the gate for this plan, and stays open for review until another person closes it", async () => {
    const waiting = await ask();
    const { id, planHash } = waiting;
    const told = await overrideGate(world.engine, otto, { promotion: id, planHash, gate: soakAt, ...words });
    expect(told).toMatchObject({ kind: "told", state: { phase: "waiting", overrides: [{ id: 1, gateKind: "soak" }] } });
    expect(await approve(world.engine, world.people.arjun, { promotion: id, planHash })).toMatchObject({
      kind: "told",
    });
    await drive(withoutCluster(), id, 30_000);
    const started = await stateOf(id);
    expect(started.phase).toBe("rollingOut");
    expect(started.verdicts[soakAt]).toMatchObject({
      status: "wait",
      overridden: { by: { name: "otto" }, incident: "INC-7" },
    });
    const entries = await loadPromotionEntries(world.pool, "demo", id);
    expect(entries.find((entry) => entry.kind === "gate.overridden")).toMatchObject({
      actor: { name: "otto" },
      subject: { promotion: id, environment: "production" },
      data: { gate: soakAt, planHash, person: otto.id, ...words, confirmedBy: null },
    });
    expect(await replayed()).toEqual([]);

    const review = { promotion: id, override: 1, words: "the error was real, the fix too" };
    expect(await reviewOverride(world.engine, oda, review)).toMatchObject({ code: "notEnded" });
    await abort(world.engine, world.people.rita, { promotion: id, why: "end of the test" });
    await world.withWorker(() => world.ended(id));
    await expect(reviewOverride(world.engine, world.people.rita, review)).rejects.toThrow(Forbidden);
    expect(await reviewOverride(world.engine, otto, review)).toMatchObject({ code: "secondPerson" });
    expect(await reviewOverride(world.engine, oda, review)).toMatchObject({ kind: "told" });
    expect(await reviewOverride(world.engine, world.people.arjun, review)).toMatchObject({ code: "alreadyReviewed" });
    expect((await stateOf(id)).overrides).toMatchObject([{ review: { person: oda.id, words: review.words } }]);
    expect(await replayed()).toEqual([]);
  });

  it("takes two people for the approval itself, and counts once whoever presses how often", async () => {
    const { id, planHash } = await ask();
    await overrideGate(world.engine, otto, { promotion: id, planHash, gate: soakAt, ...words });
    const input = { promotion: id, planHash, gate: approvalAt, ...words };
    const answers = await Promise.all(Array.from({ length: 10 }, () => overrideGate(world.engine, otto, input)));
    expect(answers.filter((one) => one.kind === "told")).toHaveLength(1);
    await drive(withoutCluster(), id, 30_000);
    expect(await stateOf(id)).toMatchObject({ phase: "waiting" });
    const confirmation = { promotion: id, planHash, override: 2 };
    expect(await confirmOverride(world.engine, otto, confirmation)).toMatchObject({ code: "secondPerson" });
    const confirmed = await Promise.all(
      Array.from({ length: 10 }, () => confirmOverride(world.engine, oda, confirmation)),
    );
    expect(confirmed.filter((one) => one.kind === "told")).toHaveLength(1);
    await drive(withoutCluster(), id, 30_000);
    expect((await stateOf(id)).phase).toBe("rollingOut");
    await abort(world.engine, world.people.rita, { promotion: id, why: "end of the test" });
    await world.withWorker(() => world.ended(id));
    expect(await replayed()).toEqual([]);
  });

  it("is for whoever has that right, and for nobody by another one", async () => {
    const { id, planHash } = await ask();
    const before = await loadEntries(world.pool, "demo", { limit: 100_000 });
    const input = { promotion: id, planHash, gate: soakAt, ...words };
    for (const who of ["rita", "arjun", "vera"] as const) {
      await expect(overrideGate(world.engine, world.people[who], input)).rejects.toThrow(Forbidden);
    }
    for (const bad of [{ reason: "" }, { incident: " " }, { gate: -1 }, { gate: 1.5 }, { planHash: { not: "" } }]) {
      await expect(overrideGate(world.engine, otto, { ...input, ...bad })).rejects.toThrow(InvalidInput);
    }
    expect(await overrideGate(world.engine, otto, { ...input, gate: 3 })).toMatchObject({ code: "notOverridable" });
    expect(await loadEntries(world.pool, "demo", { limit: 100_000 })).toHaveLength(before.length);
  });
});

describe("break-glass with the request, where a gate says no", () => {
  const block = () =>
    world.pool.execute(
      sql`insert into block (id, project, service, environment, digest, reason, next_step, blocked_by, blocked_at)
        select 'b1', 'demo', a.service, 'production', a.digest, 'it crashed', 'fix it', '{"kind":"system","name":"worker"}', now()
          from artifact a where a.project = 'demo' and a.release = ${release}`,
    );
  const unblock = () => world.pool.execute(sql`delete from block where id = 'b1'`);

  it("never lets a blocked digest in by one person: it waits for the second", async () => {
    await block();
    const request = { ...place, release, idempotencyKey: key() };
    const refused = await requestPromotion(world.engine, world.people.ada, request);
    expect(refused).toMatchObject({ kind: "rejection", code: "gateClosed" });
    const plan = await planOf();
    const blockAt = plan.gates.indexOf("block");
    const overrides = [{ gate: blockAt, ...words }];
    await expect(requestPromotion(world.engine, world.people.ada, { ...request, overrides })).rejects.toThrow(
      InvalidInput,
    );
    await expect(
      requestPromotion(world.engine, world.people.rita, { ...request, overrides, planHash: plan.planHash }),
    ).rejects.toThrow(Forbidden);
    const wrong = [{ gate: plan.gates.indexOf("hold"), ...words }];
    expect(
      await requestPromotion(world.engine, world.people.ada, { ...request, overrides: wrong, planHash: plan.planHash }),
    ).toMatchObject({ code: "notOverridable" });
    const asked = await requestPromotion(world.engine, world.people.ada, {
      ...request,
      overrides,
      planHash: plan.planHash,
    });
    if (asked.kind === "rejection") throw new Error(asked.message);
    const { id, planHash } = asked.state;
    expect(asked.state).toMatchObject({ phase: "waiting", overrides: [{ needsSecond: true, confirmed: null }] });
    await drive(withoutCluster(), id, 30_000);
    expect((await stateOf(id)).verdicts[blockAt]).toMatchObject({ status: "fail", overrideAsked: { id: 1 } });
    expect(
      await confirmOverride(world.engine, world.people.ada, { promotion: id, planHash, override: 1 }),
    ).toMatchObject({
      code: "secondPerson",
    });
    expect((await confirmOverride(world.engine, oda, { promotion: id, planHash, override: 1 })).kind).toBe("told");
    await drive(withoutCluster(), id, 30_000);
    expect((await stateOf(id)).verdicts[blockAt]).toMatchObject({ overridden: { confirmedBy: { name: "oda" } } });
    expect(await replayed().then((all) => all.filter((one) => one.what === "promotion"))).toEqual([]);
    await abort(world.engine, world.people.ada, { promotion: id, why: "end of the test" });
    await unblock();
  });

  it("is not lost where the release is on its way already: it says where to override", async () => {
    const { id, planHash } = await ask();
    const request = { ...place, release, planHash, overrides: [{ gate: soakAt, ...words }] };
    expect(await requestPromotion(world.engine, world.people.ada, { ...request, idempotencyKey: key() })).toMatchObject(
      { kind: "rejection", code: "busy", promotion: id, message: expect.stringContaining(`${id} brings the same`) },
    );
    expect((await stateOf(id)).overrides ?? []).toEqual([]);
  });

  it("does nothing for a release that nobody announced", async () => {
    const request = {
      ...place,
      release: "backend@v9.9.9",
      planHash: "0".repeat(64),
      overrides: [{ gate: 0, ...words }],
    };
    expect(await requestPromotion(world.engine, world.people.ada, { ...request, idempotencyKey: key() })).toMatchObject(
      {
        kind: "rejection",
        code: "nothingToMove",
      },
    );
  });
});

describe("break-glass and a cluster that changes meanwhile", () => {
  it("is void once the plan is another one", async () => {
    const { id, planHash } = await ask();
    const told = await overrideGate(world.engine, otto, { promotion: id, planHash, gate: soakAt, ...words });
    expect(told.kind).toBe("told");
    await world.stopObserving();
    // Somebody else's release is what it would replace by now.
    const [seen] = await world.pool.query<{ digest: string }>(
      sql`select observed_digest as digest from deployment
           where project = 'demo' and service = 'backend' and environment = 'production'`,
    );
    const see = (digest: string | null) =>
      world.pool.execute(sql`update deployment set observed_digest = ${digest}
                              where project = 'demo' and service = 'backend' and environment = 'production'`);
    await see(`sha256:${"9".repeat(64)}`);
    await world.pool.execute(sql`update step set due_at = now() - interval '1 s' where promotion = ${id}`);
    await drive(withoutCluster(), id, 30_000);
    const replanned = await stateOf(id);
    expect(replanned.planHash).not.toBe(planHash);
    expect(replanned.verdicts[soakAt]?.overridden).toBeUndefined();
    const again = { promotion: id, planHash, gate: soakAt, ...words };
    expect(await overrideGate(world.engine, otto, again)).toMatchObject({ code: "planChanged" });
    expect((await overrideGate(world.engine, otto, { ...again, planHash: replanned.planHash })).kind).toBe("told");
    await see(seen?.digest ?? null);
  });
});

async function planOf() {
  const now = world.engine.now();
  const signed = { requestedBy: actorOf(world.people.ada), requestedAt: now, given: [] };
  const found = await assess(world.pool, { kind: "promote", ...place, release }, signed, now);
  if (found.kind === "noPlan") throw new Error(found.message);
  return { planHash: found.planHash, gates: found.plan.gates.map((gate): string => gate.kind) };
}

/** Evaluates, and does not get to the cluster. */
function withoutCluster(): DemoWorld["engine"] {
  const none = () => Promise.reject(new Error("there is no cluster in this test"));
  return { ...world.engine, world: { ...world.engine.world, target: none } };
}
