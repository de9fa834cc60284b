import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPerson, recordSignIn } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { type Applied, applyDocuments } from "@/lib/commands/apply-documents";
import { confirmPolicy, rejectPolicy } from "@/lib/commands/decide-policy";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadProject } from "@/lib/facts/project";
import { loadEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";
import { later } from "@/lib/pipeline/promotion/decision";
import { loadProposals } from "@/lib/queries/proposals";

let world: DemoWorld;
let hours = 1;

/** Another text each time, which asks for approvals within other hours. */
const nextText = () => projectFile(world.sandbox).replace("expiresAfter: 1h", `expiresAfter: ${++hours}h`);
const versionNow = async () => (await loadProject(world.pool, "demo"))?.version;

async function apply(by: PersonPrincipal, text: string, dryRun = false): Promise<Applied> {
  const applied = await applyDocuments(world.engine, by, { text, dryRun });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied.errors));
  return applied;
}

async function propose(text = nextText()) {
  const { proposals } = await apply(world.people.ada, text);
  const [proposal] = proposals;
  if (!proposal) throw new Error("nothing was proposed");
  return { proposal: proposal.id, fileHash: proposal.fileHash, expiresAt: proposal.expiresAt };
}

const confirm = (by: PersonPrincipal, { proposal, fileHash }: { proposal: string; fileHash: string }) =>
  confirmPolicy(world.engine, by, { proposal, fileHash });

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

describe("a change of what guards a protected environment", () => {
  it("is not applied by one administrator: it is shown, proposed, and applied by another one's yes to that very text", async () => {
    const text = nextText();
    const guards = [{ project: "demo", environments: ["production"] }];
    expect(await apply(world.people.ada, text, true)).toMatchObject({
      dryRun: true,
      secondPerson: guards,
      proposals: [],
    });
    expect(await loadProposals(world.pool, world.people.noor, ["demo"], world.engine.now())).toEqual([]);
    const applied = await apply(world.people.ada, text);
    expect(applied).toMatchObject({ secondPerson: guards, versions: { demo: 1 }, proposals: [{ project: "demo" }] });
    expect(await versionNow()).toBe(1);
    const asked = await propose(text);
    expect(asked.proposal).toBe(applied.proposals[0]?.id);

    const [seen] = await loadProposals(world.pool, world.people.noor, ["demo"], world.engine.now());
    expect(seen).toMatchObject({
      proposedBy: "Ada Okafor",
      current: true,
      mayConfirm: true,
      environments: ["production"],
    });
    expect(seen?.changes).toMatchObject([{ path: "spec.environments[production].gates[approval].expiresAfter" }]);
    expect(await loadProposals(world.pool, world.people.ada, ["demo"], world.engine.now())).toMatchObject([
      { mayConfirm: false, mayReject: true },
    ]);

    expect(await confirm(world.people.ada, asked)).toMatchObject({ kind: "rejection", code: "secondPerson" });
    expect(await confirm(world.people.noor, { ...asked, fileHash: "0".repeat(64) })).toMatchObject({
      code: "proposalChanged",
    });
    expect(await confirm(world.people.noor, asked)).toEqual({ kind: "policyDecided", project: "demo", version: 2 });
    expect(await versionNow()).toBe(2);
    expect(await confirm(world.people.noor, asked)).toMatchObject({ code: "proposalDecided" });
    const entries = await loadEntries(world.pool, "demo", { limit: 1_000 });
    expect(entries.find((entry) => entry.kind === "policy.proposed")).toMatchObject({ actor: { name: "Ada Okafor" } });
    expect(entries.findLast((entry) => entry.kind === "project.applied")).toMatchObject({
      actor: { name: "Noor Haddad" },
      data: { version: 2, fileHash: asked.fileHash, proposal: asked.proposal, proposedBy: world.people.ada.id },
    });
    expect((await replayProject(world.pool, "demo")).differences).toEqual([]);
  });

  it("is applied once, however many confirm it at once", async () => {
    const asked = await propose();
    const before = await versionNow();
    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(world.people.noor, asked)));
    expect(answers.filter((one) => one.kind === "policyDecided")).toHaveLength(1);
    expect(await versionNow()).toBe((before ?? 0) + 1);
  });

  it("cannot be confirmed once the file is another one, after its time, or after a no", async () => {
    const [first, second] = [await propose(), await propose()];
    expect((await confirm(world.people.noor, first)).kind).toBe("policyDecided");
    expect(await confirm(world.people.noor, second)).toMatchObject({ code: "proposalStale" });
    const no = { proposal: second.proposal, why: "overtaken" };
    expect((await rejectPolicy(world.engine, world.people.ada, no)).kind).toBe("policyDecided");
    expect(await confirm(world.people.noor, second)).toMatchObject({ code: "proposalDecided" });

    const third = await propose();
    const late = { ...world.engine, now: () => later(third.expiresAt, 0) };
    const input = { proposal: third.proposal, fileHash: third.fileHash };
    expect(await confirmPolicy(late, world.people.noor, input)).toMatchObject({ code: "proposalExpired" });
    expect(await loadProposals(world.pool, world.people.noor, ["demo"], late.now())).toEqual([]);
  });

  it("is decided by nobody but those who may configure the project", async () => {
    const asked = await propose();
    const before = await world.pool.query(sql`select decision from policy_proposal`);
    for (const who of ["rita", "arjun", "vera"] as const) {
      await expect(confirm(world.people[who], asked)).rejects.toThrow(Forbidden);
      const no = rejectPolicy(world.engine, world.people[who], { proposal: asked.proposal, why: "I may not" });
      await expect(no).rejects.toThrow(Forbidden);
    }
    const identity = {
      issuer: "https://id.example",
      subject: "x",
      name: "X",
      email: "",
      groups: [],
      administrator: false,
    };
    const stranger = await loadPerson(world.pool, await recordSignIn(world.pool, identity));
    if (!stranger) throw new Error("nobody");
    await expect(confirm(stranger, asked)).rejects.toThrow(NotFound);
    expect(await loadProposals(world.pool, stranger, ["demo"], world.engine.now())).toEqual([]);
    expect(await world.pool.query(sql`select decision from policy_proposal`)).toEqual(before);
  });

  it("does not count by one alone: whoever proposed it must still be somebody who may", async () => {
    const { ada, noor } = world.people;
    const standing = (administrator: boolean) =>
      world.pool.execute(sql`update person set administrator = ${administrator} where id = ${ada.id}`);
    const asked = await propose();
    const before = await versionNow();
    await standing(false);
    expect(await confirm(noor, asked)).toMatchObject({ code: "proposalStale" });
    await standing(true);
    const revoked = { id: "revoked-proposer", person: ada.id };
    await world.pool.execute(
      sql`insert into revocation (id, person, reason, revoked_by, revoked_at)
          values (${revoked.id}, ${revoked.person}, 'left', '{}'::jsonb, now())`,
    );
    expect(await confirm(noor, asked)).toMatchObject({ code: "proposalStale" });
    expect(await versionNow()).toBe(before);
    await world.pool.execute(sql`delete from revocation where id = ${revoked.id}`);
    expect((await confirm(noor, asked)).kind).toBe("policyDecided");
  });

  it("takes a recent sign-in where its approval does", async () => {
    const fresh = nextText().replace("count: 1,", "count: 1, stepUp: 5m,");
    const asked = await propose(fresh);
    expect((await confirm(world.people.noor, asked)).kind).toBe("policyDecided");
    // From here on the file that stands asks for it.
    const again = await propose(fresh.replace("stepUp: 5m", "stepUp: 6m"));
    expect(await confirm(world.people.noor, again)).toMatchObject({ code: "stepUpNeeded" });
    const authenticatedAt = world.engine.now();
    expect((await confirm({ ...world.people.noor, authenticatedAt }, again)).kind).toBe("policyDecided");
  });
});

describe("what one administrator still does alone", () => {
  it("a new project, what concerns no protected environment, and the file that the operator starts with", async () => {
    const before = (await versionNow()) ?? 0;
    const text = projectFile(world.sandbox).replace("tag: staging", "tag: at-staging");
    const operator = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
    expect(operator).toMatchObject({ proposals: [], versions: { demo: before + 1 } });
    const staging = await apply(world.people.ada, text.replace("tag: at-staging", "tag: staging"));
    expect(staging).toMatchObject({ secondPerson: [], proposals: [], versions: { demo: before + 2 } });
  });
});
