import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_ISSUER, demoPeople } from "@/lib/auth/demo-people";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { sessionCookie, storePerson, testAuthConfig } from "@/lib/auth/testing";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { createToken } from "@/lib/commands/create-token";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { restorePerson, revokePerson } from "@/lib/commands/revoke-person";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { Forbidden, NotFound, Unauthenticated } from "@/lib/pipeline/errors";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import { loadApprovalSlip } from "@/lib/queries/approval-slip";
import { loadApprovals } from "@/lib/queries/approvals";
import { loadPromotionPage } from "@/lib/queries/promotion-page";

let world: DemoWorld;
const config = testAuthConfig();

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  const text = projectFile(world.sandbox)
    .replace("      requires: { all: [staging] }\n", "")
    .replace(/ {8}- soak: .*\n/, "")
    .replace(/approval: \{.*\}/, "approval: { count: 2, from: [approvers], expiresAfter: 1h }");
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
});
afterAll(() => world?.close());

const reason = "left the company";
const revoke = (by: PersonPrincipal, whom: string) => revokePerson(world.engine, by, { person: whom, reason });
const restore = (by: PersonPrincipal, whom: string) =>
  restorePerson(world.engine, by, { person: whom, why: "is back" });

async function signInAs(subject: "arjun" | "noor"): Promise<string> {
  const found = demoPeople.find((one) => one.subject === subject);
  if (!found) throw new Error(subject);
  const { name, email, groups, administrator } = found;
  return recordSignIn(world.pool, { issuer: DEMO_ISSUER, subject, name, email, groups, administrator });
}

/** Somebody as they stand now, after another sign-in. */
async function back(subject: "arjun" | "noor"): Promise<PersonPrincipal> {
  const person = await loadPerson(world.pool, await signInAs(subject));
  if (!person) throw new Error(`${subject} is not there`);
  return person;
}

/** Every place that says whether Arjun's yes is waited for says the same. */
async function loadSees(standing: "asked" | "signed", { id, planHash }: { id: string; planHash: string }) {
  const [arjun, now] = [await back("arjun"), new Date().toISOString()];
  const { mine } = await loadApprovals(world.pool, arjun, { projects: ["demo"], now });
  expect(mine.some((line) => line.id === id)).toBe(standing === "asked");
  const slip = await loadApprovalSlip(world.pool, arjun, id, { planHash, now });
  expect(slip.signing.standing).toBe(standing);
  expect(slip.signatures.filter((one) => one.mine)).toHaveLength(standing === "signed" ? 1 : 0);
  const page = await loadPromotionPage(world.pool, arjun, id, now);
  expect(page.signing.standing).toBe(standing);
  expect(page.signatures.map((one) => one.counts)).toEqual(standing === "signed" ? [false, true] : [false]);
}

const ask = (headers: Record<string, string>) =>
  principalFromRequest(new Request("http://127.0.0.1:3000/", { headers }), world.pool, config);

/** A promotion to production that two people of the approvers have to sign, with one signature. */
async function signedByArjun() {
  const { key } = await world.release("backend", "v7.0.0");
  const { ada, arjun } = world.people;
  const input = { project: "demo", environment: "production", release: key, idempotencyKey: "revoke-1" };
  const asked = await requestPromotion(world.engine, ada, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  const told = await approve(world.engine, arjun, { promotion: asked.state.id, planHash: asked.state.planHash });
  expect(told.kind).toBe("told");
  await drive(world.engine, asked.state.id, 30_000);
  return asked.state;
}

async function approvalVerdict(id: string) {
  await drive(world.engine, id, 30_000);
  const { verdicts } = await world.until(id, () => true);
  return verdicts.find((one) => one.gate === "approval");
}

describe("revoking a person", () => {
  it("ends sessions, tokens and signatures at once; restoring brings none of them back", async () => {
    const { ada, arjun } = world.people;
    const cookie = await sessionCookie(config, { personId: arjun.id, signedInAt: Date.now() - 1_000 });
    const { secret, id: token } = await createToken(
      world.pool,
      arjun,
      { project: "demo", label: "his", role: "approver", environments: null, expiresInDays: 1 },
      new Date(),
    );
    const bearer = { authorization: `Bearer ${secret}` };
    const waiting = await signedByArjun();
    expect(await approvalVerdict(waiting.id)).toMatchObject({ summary: "1 of 2 given for this plan" });
    expect(await ask({ cookie })).toMatchObject({ id: arjun.id });
    expect(await ask(bearer)).toMatchObject({ id: token });

    expect(await revoke(ada, arjun.id)).toMatchObject({ kind: "personRevoked", tokens: 1 });
    await expect(ask({ cookie })).rejects.toThrow(Unauthenticated);
    await expect(ask(bearer)).rejects.toThrow(Unauthenticated);
    // Not even a session that was made at the same moment, as one under way may be.
    const late = await sessionCookie(config, { personId: arjun.id, signedInAt: Date.now() + 5_000 });
    await expect(ask({ cookie: late })).rejects.toThrow(Unauthenticated);
    await expect(signInAs("arjun")).rejects.toThrow(Forbidden);
    const verdict = await approvalVerdict(waiting.id);
    expect(verdict).toMatchObject({ status: "wait", summary: "0 of 2 given for this plan" });
    expect(await revoke(ada, arjun.id)).toMatchObject({ code: "alreadyRevoked" });

    expect(await restore(ada, arjun.id)).toMatchObject({ kind: "personRestored" });
    expect(await restore(ada, arjun.id)).toMatchObject({ code: "notRevoked" });
    await signInAs("arjun");
    expect(await ask({ cookie: late })).toMatchObject({ id: arjun.id });
    await expect(ask({ cookie })).rejects.toThrow(Unauthenticated);
    await expect(ask(bearer)).rejects.toThrow(Unauthenticated);
    await world.pool.execute(sql`update step set due_at = now() - interval '1 s' where promotion = ${waiting.id}`);
    expect(await approvalVerdict(waiting.id)).toMatchObject({ summary: "0 of 2 given for this plan" });

    await loadSees("asked", waiting);
    const yes = { promotion: waiting.id, planHash: waiting.planHash };
    expect(await approve(world.engine, await back("arjun"), yes)).toMatchObject({ kind: "told" });
    expect(await approve(world.engine, await back("arjun"), yes)).toMatchObject({ code: "alreadyApproved" });
    expect(await approvalVerdict(waiting.id)).toMatchObject({ summary: "1 of 2 given for this plan" });
    await loadSees("signed", waiting);
  });

  it("is in the ledger with its reason, and replays", async () => {
    const { ada, arjun } = world.people;
    const entries = (await loadEntries(world.pool, instanceChain)).filter((one) => one.kind.startsWith("person."));
    expect(entries).toMatchObject([
      { kind: "person.revoked", actor: { id: ada.id }, data: { person: arjun.id, reason, tokens: 1 } },
      { kind: "person.restored", actor: { id: ada.id }, data: { person: arjun.id, why: "is back" } },
    ]);
    const chain = await loadEntries(world.pool, "demo", { limit: 5_000 });
    expect(chain.filter((one) => one.kind === "token.revoked")).toHaveLength(1);
    const gone = await storePerson(world.pool, { subject: "gone" });
    await revoke(ada, gone);
    expect((await replayProject(world.pool, instanceChain)).differences).toEqual([]);
    await world.pool.execute(sql`update revocation set restored_at = now() where person = ${gone}`);
    expect((await replayProject(world.pool, instanceChain)).differences).toMatchObject([{ what: "revocation" }]);
    await world.pool.execute(sql`update revocation set restored_at = null where person = ${gone}`);
    expect((await replayProject(world.pool, "demo")).differences).toEqual([]);
  });

  it("is refused for oneself, for whoever does not administer, and of nobody", async () => {
    const { ada, rita } = world.people;
    expect(await revoke(ada, ada.id)).toMatchObject({ code: "ownAccess" });
    await expect(revoke(rita, ada.id)).rejects.toThrow(Forbidden);
    await expect(restore(rita, ada.id)).rejects.toThrow(Forbidden);
    await expect(revoke(ada, "https://idp.example.org#nobody")).rejects.toThrow(NotFound);
    await expect(revokePerson(world.engine, ada, { person: rita.id, reason: " " })).rejects.toThrow("why");
  });

  it("of two administrators who revoke each other at once, one stays", async () => {
    const { ada, noor } = world.people;
    const answers = await Promise.allSettled([revoke(ada, noor.id), revoke(noor, ada.id)]);
    const done = answers.filter((one) => one.status === "fulfilled");
    expect(done).toHaveLength(1);
    expect(answers.find((one) => one.status === "rejected")).toMatchObject({ reason: expect.any(Forbidden) });
    const left = await Promise.all([loadPerson(world.pool, ada.id), loadPerson(world.pool, noor.id)]);
    const [stays] = left.filter((one) => one !== null);
    if (stays?.kind !== "person") throw new Error("nobody stays");
    await restore(stays, stays.id === ada.id ? noor.id : ada.id);
  });
});
