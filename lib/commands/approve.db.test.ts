import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import type { PersonPrincipal, Principal } from "@/lib/auth/principal";
import { tokenPrincipal } from "@/lib/auth/tokens";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { createToken } from "@/lib/commands/create-token";
import { reject } from "@/lib/commands/reject";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadEntries, loadPromotionEntries } from "@/lib/ledger/load";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";
import { later } from "@/lib/pipeline/promotion/decision";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

let world: DemoWorld;
let release: string;
let count = 0;
const crowd: Record<string, PersonPrincipal> = {};

/** Production asks for approvals and nothing else; `watch` makes one text differ from another. */
function fileWith(approvals: number, watch = "1s", gate = "expiresAfter: 1h"): string {
  return projectFile(world.sandbox, { watch })
    .replace("      requires: { all: [staging] }\n", "")
    .replace(/ {8}- soak: .*\n/, "")
    .replace(/approval: \{.*\}/, `approval: { count: ${approvals}, from: [approvers, boss@example.com], ${gate} }`)
    .replace("    - { group: staff,", "    - { email: lone@example.com, role: approver }\n    - { group: staff,");
}

async function apply(text: string): Promise<void> {
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied.errors));
}

async function signIn(subject: string, groups: string[], email = `${subject}@example.com`): Promise<PersonPrincipal> {
  const identity = { issuer: "https://id.example", subject, name: subject, email, groups, administrator: false };
  const person = await loadPerson(world.pool, await recordSignIn(world.pool, identity));
  if (!person) throw new Error(`${subject} is not there`);
  crowd[subject] = person;
  return person;
}

async function tokenOf(owner: PersonPrincipal, role: "approver" | "releaseManager"): Promise<Principal> {
  const input = { project: "demo", label: `${owner.name}'s`, role, environments: null, expiresInDays: 1 };
  const { secret } = await createToken(world.pool, owner, input, new Date());
  return tokenPrincipal(world.pool, secret);
}

async function ask(by: Principal = world.people.rita): Promise<PromotionState> {
  count += 1;
  const input = { project: "demo", environment: "production", release, idempotencyKey: `approve-test-${count}` };
  const asked = await requestPromotion(world.engine, by, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

const yes = (by: Principal, state: PromotionState) =>
  approve(world.engine, by, { promotion: state.id, planHash: state.planHash });
const stateOf = (id: string) => world.until(id, () => true);

/** Ends it without a trace in the cluster: nobody drives it. */
async function stop({ id }: PromotionState): Promise<void> {
  const told = await abort(world.engine, world.people.rita, { promotion: id, why: "end of the test" });
  expect(told).toMatchObject({ kind: "told", state: { phase: "aborted" } });
}

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  release = (await world.release("backend", "v6.0.0")).key;
  await apply(fileWith(3));
  world.people.rita = (await loadPerson(world.pool, world.people.rita.id)) ?? world.people.rita;
  for (const subject of ["amy", "ben", "cat", "dan"]) await signIn(subject, ["approvers"]);
});
afterAll(() => world?.close());

const person = (subject: string): PersonPrincipal => {
  const found = crowd[subject];
  if (!found) throw new Error(`${subject} has not signed in`);
  return found;
};

describe("fifty approvals at once", () => {
  it("by two people are two: the third is still asked for", async () => {
    const waiting = await ask();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => yes(person(index % 2 === 0 ? "amy" : "ben"), waiting)),
    );
    expect(answers.filter((one) => one.kind === "told")).toHaveLength(2);
    expect(answers.filter((one) => one.kind === "rejection" && one.code === "alreadyApproved")).toHaveLength(48);
    await drive(world.engine, waiting.id, 30_000);
    const state = await stateOf(waiting.id);
    expect(state).toMatchObject({ phase: "waiting" });
    expect(state.approvals.map((one) => one.person).sort()).toEqual([person("amy").id, person("ben").id].sort());
    expect(state.verdicts[0]?.summary).toBe("2 of 3 given for this plan");
    await stop(waiting);
  });

  it("by three people are exactly the three that open it, and it starts once", async () => {
    const waiting = await ask();
    const subjects = ["amy", "ben", "cat"];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => yes(person(subjects[index % 3] ?? ""), waiting)),
    );
    expect(answers.filter((one) => one.kind === "told")).toHaveLength(3);
    const signed = await loadPromotionEntries(world.pool, "demo", waiting.id);
    expect(signed.filter((entry) => entry.kind === "promotion.approved")).toHaveLength(3);
    await world.pool.execute(sql`update step set due_at = now() - interval '1 s' where promotion = ${waiting.id}`);
    await Promise.all([drive(withoutCluster(), waiting.id, 30_000), drive(withoutCluster(), waiting.id, 30_000)]);
    const entries = await loadPromotionEntries(world.pool, "demo", waiting.id);
    expect(entries.filter((entry) => entry.kind === "promotion.started")).toHaveLength(1);
    expect((await stateOf(waiting.id)).approvals).toHaveLength(3);
    expect(await yes(person("dan"), waiting)).toMatchObject({ kind: "rejection", code: "stale" });
    await abort(world.engine, world.people.rita, { promotion: waiting.id, why: "end of the test" });
    await world.withWorker(() => world.ended(waiting.id));
  });
});

/** Evaluates, and does not get to the cluster. */
function withoutCluster(): DemoWorld["engine"] {
  const none = () => Promise.reject(new Error("there is no cluster in this test"));
  return { ...world.engine, world: { ...world.engine.world, target: none } };
}

describe("fifty people at once", () => {
  it("are as many signatures, of which the plan needs three: it starts once, by exactly one decision", async () => {
    const many = await Promise.all(Array.from({ length: 50 }, (_, index) => signIn(`many-${index}`, ["approvers"])));
    const waiting = await ask();
    // Somebody looks at it all the while: whoever comes after it has started is too late, and told so.
    const looked = Array.from({ length: 5 }, async () => {
      await world.pool.execute(
        sql`update step set due_at = now() - interval '1 s' where promotion = ${waiting.id} and status = 'due'`,
      );
      await drive(withoutCluster(), waiting.id, 30_000);
    });
    const answers = await Promise.all(many.map((one) => yes(one, waiting)));
    await Promise.all(looked);
    await world.pool.execute(
      sql`update step set due_at = now() - interval '1 s' where promotion = ${waiting.id} and status = 'due'`,
    );
    await drive(withoutCluster(), waiting.id, 30_000);
    const told = answers.filter((one) => one.kind === "told").length;
    expect(told).toBeGreaterThanOrEqual(3);
    for (const one of answers) if (one.kind === "rejection") expect(["stale", "notWaiting"]).toContain(one.code);
    const entries = await loadPromotionEntries(world.pool, "demo", waiting.id);
    const at = entries.findIndex((entry) => entry.kind === "promotion.started");
    const before = entries.slice(0, at).filter((entry) => entry.kind === "promotion.approved");
    expect(before).toHaveLength(told);
    expect(entries.filter((entry) => entry.kind === "promotion.started")).toHaveLength(1);
    expect(new Set(before.map((entry) => entry.kind === "promotion.approved" && entry.data.person)).size).toBe(told);
    await abort(world.engine, world.people.rita, { promotion: waiting.id, why: "end of the test" });
    await world.withWorker(() => world.ended(waiting.id));
  });
});

describe("who asked", () => {
  it("cannot approve, not by a token of theirs, and not for what a token of theirs asked", async () => {
    const dora = await signIn("dora", ["release", "approvers"]);
    const asked = await ask(dora);
    expect(await yes(dora, asked)).toMatchObject({ kind: "rejection", code: "selfApproval" });
    expect(await yes(await tokenOf(dora, "approver"), asked)).toMatchObject({ code: "selfApproval" });
    await stop(asked);

    const byToken = await ask(await tokenOf(dora, "releaseManager"));
    expect(byToken.requestedBy.kind).toBe("token");
    expect(await yes(dora, byToken)).toMatchObject({ code: "selfApproval" });
    await stop(byToken);
  });
});

describe("whose yes counts", () => {
  it("is one a person: a token's is its owner's", async () => {
    const waiting = await ask();
    const [one] = await Promise.all([yes(await tokenOf(person("amy"), "approver"), waiting)]);
    expect(one).toMatchObject({ kind: "told", state: { approvals: [{ person: person("amy").id }] } });
    expect(await yes(person("amy"), waiting)).toMatchObject({ code: "alreadyApproved" });
    await stop(waiting);
  });

  it("is that of those asked: the right alone is not enough, and neither is the address alone", async () => {
    const waiting = await ask();
    const lone = await signIn("lone", []);
    expect(await yes(lone, waiting)).toMatchObject({ kind: "rejection", code: "notAsked" });
    // Named in `from`, but nothing lets this person approve here.
    const boss = await signIn("boss", ["staff"]);
    await expect(yes(boss, waiting)).rejects.toThrow(Forbidden);
    const homoglyph = await signIn("fake", ["staff"], "bоss@example.com");
    await expect(yes(homoglyph, waiting)).rejects.toThrow(Forbidden);
    await expect(yes(world.people.rita, waiting)).rejects.toThrow(Forbidden);
    await expect(yes(world.people.vera, waiting)).rejects.toThrow(Forbidden);
    const stranger = await signIn("stranger", ["approvers-of-another-house"]);
    await expect(yes(stranger, waiting)).rejects.toThrow(NotFound);
    await expect(yes(person("amy"), { ...waiting, id: "demo-4711" })).rejects.toThrow(NotFound);
    expect((await stateOf(waiting.id)).approvals).toEqual([]);
    await stop(waiting);
  });

  it("ends with the right: who left the group, or was signed out for good, does not count at the start", async () => {
    const waiting = await ask();
    const [eve, fay] = [await signIn("eve", ["approvers"]), await signIn("fay", ["approvers"])];
    for (const one of [eve, fay]) expect((await yes(one, waiting)).kind).toBe("told");
    await signIn("eve", ["staff"]);
    await world.pool.execute(sql`update person set revoked_at = now() + interval '1 second' where id = ${fay.id}`);
    expect((await yes(person("amy"), waiting)).kind).toBe("told");
    await drive(world.engine, waiting.id, 30_000);
    const state = await stateOf(waiting.id);
    expect(state).toMatchObject({ phase: "waiting" });
    expect(state.approvals).toHaveLength(3);
    expect(state.verdicts[0]?.summary).toBe("1 of 3 given for this plan");
    await stop(waiting);
  });
});

describe("a gate that asks for a recent sign-in", () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

  it("takes no token and no stale session, and keeps when whoever approved had signed in", async () => {
    await apply(fileWith(1, "1s", "stepUp: 5m"));
    const waiting = await ask();
    const amy = person("amy");
    expect(await yes(await tokenOf(amy, "approver"), waiting)).toMatchObject({ code: "stepUpNeeded" });
    expect(await yes(amy, waiting)).toMatchObject({ code: "stepUpNeeded" });
    expect(await yes({ ...amy, authenticatedAt: ago(6) }, waiting)).toMatchObject({ code: "stepUpNeeded" });
    expect((await stateOf(waiting.id)).approvals).toEqual([]);
    const authenticatedAt = ago(1);
    expect(await yes({ ...amy, authenticatedAt }, waiting)).toMatchObject({
      kind: "told",
      state: { approvals: [{ person: amy.id, authenticatedAt }] },
    });
    await drive(withoutCluster(), waiting.id, 30_000);
    expect((await stateOf(waiting.id)).phase).toBe("rollingOut");
    await abort(world.engine, world.people.rita, { promotion: waiting.id, why: "end of the test" });
    await world.withWorker(() => world.ended(waiting.id));
    await apply(fileWith(3));
  });
});

describe("a plan that changes after it was approved", () => {
  it("takes its approvals with it, says so, and is approved anew", async () => {
    const waiting = await ask();
    for (const subject of ["amy", "ben"]) expect((await yes(person(subject), waiting)).kind).toBe("told");
    await apply(fileWith(3, "2s"));
    // The stored plan is still the old one: a third yes to it comes too late to count.
    expect((await yes(person("cat"), waiting)).kind).toBe("told");
    await drive(world.engine, waiting.id, 30_000);
    const replanned = await stateOf(waiting.id);
    expect(replanned.phase).toBe("waiting");
    expect(replanned.planHash).not.toBe(waiting.planHash);
    const entries = await loadPromotionEntries(world.pool, "demo", waiting.id);
    const change = entries.find((entry) => entry.kind === "promotion.replanned");
    expect(change?.data).toMatchObject({
      voided: 3,
      changes: [expect.stringMatching(/^the project file is version \d+, was \d+$/), "verification changed"],
    });
    expect(await yes(person("amy"), waiting)).toMatchObject({ kind: "rejection", code: "planChanged" });
    expect((await yes(person("amy"), replanned)).kind).toBe("told");
    await drive(world.engine, waiting.id, 30_000);
    expect((await stateOf(waiting.id)).verdicts[0]?.summary).toBe("1 of 3 given for this plan");
    await stop(waiting);
  });

  it("never starts with approvals of another plan, whoever wins the race", async () => {
    await apply(fileWith(1));
    await world.withWorker(async () => {
      for (let round = 0; round < 4; round += 1) {
        const waiting = await ask();
        const changing = apply(fileWith(1, `${round + 3}s`));
        if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
        await Promise.all([changing, yes(person("amy"), waiting)]);
        const settled = await world.until(
          waiting.id,
          (state) => state.phase !== "waiting" || state.planHash !== waiting.planHash,
        );
        await expectApproved(waiting.id);
        if (settled.phase === "waiting") expect(settled.verdicts[0]?.status).toBe("wait");
        await abort(world.engine, world.people.rita, { promotion: waiting.id, why: "next round" });
        await world.ended(waiting.id);
      }
    });
  });
});

/** What started was approved as it is, and was planned with the project file of that moment. */
async function expectApproved(id: string): Promise<void> {
  const entries = await loadEntries(world.pool, "demo", { limit: 100_000 });
  const started = entries.find((entry) => entry.kind === "promotion.started" && entry.subject.promotion === id);
  if (started?.kind !== "promotion.started") return;
  const before = entries.filter((entry) => entry.seq < started.seq);
  const approvals = before.filter((entry) => entry.kind === "promotion.approved" && entry.subject.promotion === id);
  expect(approvals.map((entry) => entry.kind === "promotion.approved" && entry.data.planHash)).toContain(
    started.data.planHash,
  );
  const applied = before.findLast((entry) => entry.kind === "project.applied");
  const state = await stateOf(id);
  expect(applied?.kind === "project.applied" && applied.data.version).toBe(state.plan.policyVersion);
}

describe("the end of waiting", () => {
  it("is a no, with a reason, by who may: for this plan only", async () => {
    await apply(fileWith(2));
    const waiting = await ask();
    const no = { promotion: waiting.id, planHash: waiting.planHash, why: "not on a Friday" };
    const other = { ...no, planHash: "0".repeat(64) };
    expect(await reject(world.engine, person("amy"), other)).toMatchObject({ code: "planChanged" });
    await expect(reject(world.engine, world.people.rita, no)).rejects.toThrow(Forbidden);
    expect((await yes(person("ben"), waiting)).kind).toBe("told");
    expect(await reject(world.engine, person("amy"), no)).toMatchObject({
      kind: "told",
      state: { phase: "rejected", by: { name: "amy" }, why: "not on a Friday" },
    });
    expect(await yes(person("cat"), waiting)).toMatchObject({ kind: "rejection", code: "ended" });
  });

  it("is silence: it expires, and a yes that comes after that is refused", async () => {
    const waiting = await ask();
    const late = { ...world.engine, now: () => later(waiting.expiresAt, 1) };
    expect((await yes(person("amy"), waiting)).kind).toBe("told");
    const input = { promotion: waiting.id, planHash: waiting.planHash };
    expect(await approve(late, person("ben"), input)).toMatchObject({ kind: "rejection", code: "ended" });
    await world.pool.execute(sql`update step set due_at = now() - interval '1 s' where promotion = ${waiting.id}`);
    await drive(late, waiting.id, 30_000);
    expect(await stateOf(waiting.id)).toMatchObject({ phase: "expired" });
    const due = await world.pool.query(sql`select id from step where promotion = ${waiting.id} and status = 'due'`);
    expect(due).toEqual([]);
  });

  it("is a plan that cannot be made any more", async () => {
    const waiting = await ask();
    const text = fileWith(2).replace(/\n {8}production: \{ kubernetes: \{[^\n]*deployment: backend[^\n]*/, "");
    await apply(text);
    await drive(world.engine, waiting.id, 30_000);
    expect(await stateOf(waiting.id)).toMatchObject({
      phase: "rejected",
      why: "plan: backend has no target in production",
    });
  });
});
