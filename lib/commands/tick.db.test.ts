import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import type { PersonPrincipal, Principal } from "@/lib/auth/principal";
import { tokenPrincipal } from "@/lib/auth/tokens";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { createToken } from "@/lib/commands/create-token";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { restorePerson, revokePerson } from "@/lib/commands/revoke-person";
import { tick } from "@/lib/commands/tick";
import { drive } from "@/lib/engine/drive";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { loadPromotePreview } from "@/lib/queries/promote-preview";
import { loadPromotionPage } from "@/lib/queries/promotion-page";

let world: DemoWorld;
let count = 0;
const [backup, onCall] = [0, 1];
const place = { project: "demo", environment: "staging" };

/** Staging asks for two ticks and nothing else; `watch` makes one text differ from another. */
async function apply(watch = "1s"): Promise<void> {
  const items = "[backup made, { text: on-call told, by: [approvers], otherThanRequester: true }]";
  const text = projectFile(world.sandbox, { watch }).replace(
    "      tag: staging\n",
    `      tag: staging\n      gates: [{ checklist: { items: ${items} } }]\n`,
  );
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

async function signIn(subject: string, groups: string[]): Promise<PersonPrincipal> {
  const identity = { issuer: "https://id.example", subject, name: subject, groups, administrator: false };
  const email = `${subject}@example.com`;
  const person = await loadPerson(world.pool, await recordSignIn(world.pool, { ...identity, email }));
  if (!person) throw new Error(`${subject} is not there`);
  return person;
}

async function ask(by: Principal = world.people.rita): Promise<PromotionState> {
  count += 1;
  const release = (await world.release("backend", `v7.0.${count}`)).key;
  const asked = await requestPromotion(world.engine, by, { ...place, release, idempotencyKey: `tick-test-${count}` });
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

const say = (by: Principal, { id, planHash }: PromotionState, item: number, ticked = true) =>
  tick(world.engine, by, { promotion: id, planHash, gate: 0, item, ticked });
const stateOf = (id: string) => world.until(id, () => true);
const evaluated = async (id: string) => {
  await drive(world.engine, id, 30_000);
  return stateOf(id);
};
const replayed = async () => (await replayProject(world.pool, "demo")).differences;
const stop = ({ id }: PromotionState) => abort(world.engine, world.people.ada, { promotion: id, why: "the next test" });

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  await apply();
  for (const subject of ["rita", "arjun"] as const) {
    world.people[subject] = (await loadPerson(world.pool, world.people[subject].id)) ?? world.people[subject];
  }
});
afterAll(() => world?.close());

describe("a checklist before an environment", () => {
  it("keeps a promotion waiting until people ticked every item, and then it goes", async () => {
    const { rita, arjun } = world.people;
    const waiting = await ask();
    expect(waiting.verdicts[0]).toMatchObject({ status: "wait", gate: "checklist" });
    expect(await say(rita, waiting, backup)).toMatchObject({
      kind: "told",
      state: { ticks: [{ text: "backup made" }] },
    });
    expect((await evaluated(waiting.id)).verdicts[0]).toMatchObject({
      summary: "1 of 2 ticked for this plan; open: on-call told",
      whoCanAct: "one of approvers, not the one who asked",
      whoMayOverride: "two overriders of staging",
    });
    expect(await say(arjun, waiting, onCall)).toMatchObject({ kind: "told" });
    const done = await world.withWorker(() => world.ended(waiting.id));
    expect(done).toMatchObject({ phase: "succeeded", ticks: [{ item: backup }, { item: onCall }] });
    expect(await replayed()).toEqual([]);
  });

  it("says in the preview that it is ticked once requested", async () => {
    const { key } = await world.release("backend", "v7.9.0");
    const subject = { kind: "promote", ...place, release: key };
    const view = await loadPromotePreview(world.pool, world.people.rita, subject, new Date().toISOString());
    if (view.kind !== "preview") throw new Error(view.message);
    expect(view.refusal).toBeNull();
    expect(view.verdicts[0]).toMatchObject({
      status: "wait",
      summary: "ticked once it is requested: backup made; on-call told",
    });
  });
});

describe("who ticks", () => {
  it("is a person with the right, whom the item asks: nothing is written for anybody else", async () => {
    const { rita, arjun, vera, noor } = world.people;
    const waiting = await ask();
    const { secret } = await createToken(
      world.pool,
      arjun,
      { project: "demo", label: "his", role: "approver", environments: null, expiresInDays: 1 },
      new Date(),
    );
    const token = await tokenPrincipal(world.pool, secret);
    await expect(say(vera, waiting, backup)).rejects.toThrow(Forbidden);
    await expect(say(await signIn("stranger", []), waiting, backup)).rejects.toThrow(NotFound);
    expect(await say(rita, waiting, onCall)).toMatchObject({ code: "notAsked" });
    // An administrator may tick there, and is not of the group that the item asks.
    expect(await say(noor, waiting, onCall)).toMatchObject({ code: "notAsked" });
    expect(await say(token, waiting, onCall)).toMatchObject({ code: "personNeeded" });
    expect(await say(arjun, waiting, 7)).toMatchObject({ code: "noSuchItem" });
    expect(await stateOf(waiting.id)).not.toHaveProperty("ticks");
    await stop(waiting);
  });

  it("is not whoever asked, where the item wants another person: not by a token of theirs either", async () => {
    const dora = await signIn("dora", ["release", "approvers"]);
    const { secret } = await createToken(
      world.pool,
      dora,
      { project: "demo", label: "hers", role: "releaseManager", environments: null, expiresInDays: 1 },
      new Date(),
    );
    for (const by of [dora, await tokenPrincipal(world.pool, secret)]) {
      const waiting = await ask(by);
      expect(await say(dora, waiting, onCall)).toMatchObject({ code: "notAsked" });
      expect(await say(dora, waiting, backup)).toMatchObject({ kind: "told" });
      await stop(waiting);
    }
  });

  it("is one for an item: twenty tabs at once make one entry", async () => {
    const waiting = await ask();
    const { rita, arjun } = world.people;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => say(index % 2 === 0 ? rita : arjun, waiting, backup)),
    );
    expect(answers.filter((one) => one.kind === "told")).toHaveLength(1);
    expect(answers.filter((one) => one.kind === "rejection" && one.code === "alreadyTicked")).toHaveLength(19);
    const entries = await loadPromotionEntries(world.pool, "demo", waiting.id);
    expect(entries.filter((entry) => entry.kind === "checklist.ticked")).toHaveLength(1);
    await stop(waiting);
  });

  it("may take it back, which closes the gate again", async () => {
    const waiting = await ask();
    const { rita, arjun } = world.people;
    await say(rita, waiting, backup);
    expect(await say(arjun, waiting, backup, false)).toMatchObject({ kind: "told", state: { ticks: [] } });
    expect(await say(arjun, waiting, backup, false)).toMatchObject({ code: "notTicked" });
    expect((await evaluated(waiting.id)).verdicts[0]?.evidence[0]).toMatchObject({ value: "0" });
    expect(await replayed()).toEqual([]);
    await stop(waiting);
  });
});

describe("a tick that does not count any more", () => {
  it("by somebody who lost the right before it started: another person takes their place", async () => {
    const max = await signIn("max", ["approvers"]);
    const waiting = await ask();
    await say(max, waiting, onCall);
    await signIn("max", []);
    await say(world.people.rita, waiting, backup);
    const still = await evaluated(waiting.id);
    expect(still.phase).toBe("waiting");
    expect(still.verdicts[0]?.summary).toBe("1 of 2 ticked for this plan; open: on-call told");
    const view = await loadPromotionPage(world.pool, world.people.arjun, waiting.id, new Date().toISOString());
    expect(view.checklists).toMatchObject([
      { gate: 0, items: [{ tick: { counts: true } }, { tick: { by: "max", counts: false }, may: true }] },
    ]);
    expect(await say(world.people.arjun, waiting, onCall)).toMatchObject({ kind: "told" });
    expect((await stateOf(waiting.id)).ticks?.map((one) => one.by.name)).toEqual(["Rita Moreau", "Arjun Mehta"]);
    await world.withWorker(() => world.ended(waiting.id));
    expect(await replayed()).toEqual([]);
  });

  it("by somebody whose access was revoked after it, who was given it back", async () => {
    const { rita, ada } = world.people;
    const mia = await signIn("mia", ["approvers"]);
    const waiting = await ask();
    await say(mia, waiting, onCall);
    await revokePerson(world.engine, ada, { person: mia.id, reason: "has left" });
    await restorePerson(world.engine, ada, { person: mia.id, why: "is back" });
    const back = await signIn("mia", ["approvers"]);
    await say(rita, waiting, backup);
    expect((await evaluated(waiting.id)).verdicts[0]?.summary).toBe("1 of 2 ticked for this plan; open: on-call told");
    expect(await say(back, waiting, onCall)).toMatchObject({
      kind: "told",
      state: { ticks: [{}, { person: mia.id }] },
    });
    await stop(waiting);
  });

  it("for a plan that became another one: it says so, and is ticked anew", async () => {
    const { rita, arjun } = world.people;
    const waiting = await ask();
    await say(rita, waiting, backup);
    await apply("2s");
    // The stored plan is still the old one: a tick for it comes too late to count.
    expect(await say(arjun, waiting, onCall)).toMatchObject({ kind: "told" });
    const replanned = await evaluated(waiting.id);
    expect(replanned.phase).toBe("waiting");
    expect(replanned.verdicts[0]?.evidence[0]).toMatchObject({ value: "0", threshold: "2" });
    const view = await loadPromotionPage(world.pool, rita, waiting.id, new Date().toISOString());
    expect(view.replans).toMatchObject([{ voided: 0, voidedTicks: 2 }]);
    expect(view.checklists[0]?.items.map((one) => one.tick)).toEqual([null, null]);
    expect(await say(rita, waiting, backup)).toMatchObject({ code: "planChanged" });
    expect(await say(rita, replanned, backup)).toMatchObject({ kind: "told" });
    await stop(waiting);
  });
});
