import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { type RequestPromotionInput, requestPromotion } from "@/lib/commands/request-promotion";
import { reviewOverride } from "@/lib/commands/review-override";
import { rollBack } from "@/lib/commands/roll-back";
import { sql } from "@/lib/db/sql";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { Conflict, Forbidden, InvalidInput } from "@/lib/pipeline/errors";
import { listEnvironments } from "@/lib/queries/environments";
import { loadOpenOverrides } from "@/lib/queries/overrides";
import { loadPromotePreview } from "@/lib/queries/promote-preview";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;
let count = 0;

/** Closed since long ago, and nobody knows until when: the same on every day this test runs. */
const frozen = (appliesTo: string) => `tag: staging
      gates:
        - freeze:
            timezone: Europe/Paris
            deny: [{ name: incident 9, from: 2020-01-01T00:00 }]
            exempt: [P0]
            appliesTo: [${appliesTo}]`;

async function freeze(appliesTo: string): Promise<void> {
  const text = projectFile(world.sandbox).replace("tag: staging", frozen(appliesTo));
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  await freeze("promote, autoPromote");
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };
const p0 = { severity: "P0" as const, reason: "customers cannot pay" };

async function newRelease(): Promise<string> {
  count += 1;
  return (await world.release("backend", `v7.${count}.0`)).key;
}
const ask = (release: string, extra: Partial<RequestPromotionInput> = {}) =>
  requestPromotion(world.engine, world.people.rita, {
    ...staging,
    release,
    idempotencyKey: `freeze:${release}:${extra.severity ?? "none"}`,
    ...extra,
  });

describe("a promotion into a frozen environment", () => {
  it("waits, and says by what, and that no end is known", async () => {
    const asked = await ask(await newRelease());
    if (asked.kind === "rejection") throw new Error(asked.message);
    expect(asked.state.phase).toBe("waiting");
    const { environments } = await listEnvironments(world.pool, world.people.rita, { now: new Date().toISOString() });
    expect(environments.map((one) => one.closed)).toEqual(["incident 9, no known end", null]);
    const verdict = asked.state.verdicts.find((one) => one.gate === "freeze");
    expect(verdict).toMatchObject({ status: "wait" });
    expect(verdict?.summary).toContain("closed by incident 9, with no known end");
    expect(verdict?.opensAt).toBeUndefined();
    expect(verdict?.whoMayOverride).toContain("P0");
  });

  it("is not asked for with a severity and no reason, and another severity is another request", async () => {
    const release = await newRelease();
    const before = await world.pool.query(sql`select seq from ledger_head where project = 'demo'`);
    const silent = ask(release, { severity: "P0", reason: "  " });
    await expect(silent).rejects.toThrow(InvalidInput);
    await expect(silent).rejects.toThrow("reason: must be given where the severity is P0");
    expect(await world.pool.query(sql`select seq from ledger_head where project = 'demo'`)).toEqual(before);

    const waiting = await ask(release);
    if (waiting.kind === "rejection") throw new Error(waiting.message);
    const { id } = waiting.state;
    expect(await ask(release, p0)).toMatchObject({ kind: "rejection", code: "busy", promotion: id });
    const sameKey = ask(release, { ...p0, idempotencyKey: `freeze:${release}:none` });
    await expect(sameKey).rejects.toThrow(Conflict);
    const other = await ask(release, { severity: "P2", reason: "a small thing", idempotencyKey: "as-p2-instead" });
    expect(other).toMatchObject({ kind: "rejection", code: "busy" });
    await abort(world.engine, world.people.rita, { promotion: id, why: "asked for again" });
    const lower = await ask(release, { severity: "P2", reason: "a small thing", idempotencyKey: "as-p2-at-last" });
    expect(lower).toMatchObject({ kind: "requested", state: { phase: "waiting", plan: { severity: "P2" } } });
  });

  it("passes as P0: the plan says so before, and the ledger says who, why and where it would go back to", async () => {
    const release = await newRelease();
    const subject = { kind: "promote", ...staging, release };
    const now = new Date().toISOString();
    const [without, withP0] = await Promise.all([
      loadPromotePreview(world.pool, world.people.rita, subject, now),
      loadPromotePreview(world.pool, world.people.rita, { ...subject, severity: "P0" }, now),
    ]);
    if (without.kind !== "preview" || withP0.kind !== "preview") throw new Error("there is a plan");
    expect(withP0.planHash).not.toBe(without.planHash);
    expect(without.verdicts.find((one) => one.gate === "freeze")?.status).toBe("wait");
    expect(withP0.verdicts.find((one) => one.gate === "freeze")?.status).toBe("pass");

    const asked = await ask(release, { ...p0, planHash: withP0.planHash });
    if (asked.kind === "rejection") throw new Error(asked.message);
    const { id } = asked.state;
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended.phase).toBe("succeeded");
    const started = (await loadPromotionEntries(world.pool, "demo", id)).find(
      (one) => one.kind === "promotion.started",
    );
    if (started?.kind !== "promotion.started") throw new Error("it started");
    const verdict = started.data.verdicts.find((one) => one.gate === "freeze");
    expect(verdict).toMatchObject({ status: "pass" });
    const told = Object.fromEntries(verdict?.evidence.map(({ name, value }) => [name, value]) ?? []);
    expect(told).toMatchObject({ "closed by": "incident 9", severity: "P0", "asked by": "Rita Moreau" });
    expect(told).toMatchObject({
      reason: "customers cannot pay",
      "backend goes back to": expect.stringContaining("which nobody verified"),
    });
    await expectSoundRecord(world, id);
    // It is reviewed like an override: it stays open until another person said something about it.
    expect(ended.overrides).toMatchObject([{ gateKind: "freeze", incident: "P0", reason: p0.reason, review: null }]);
    const { ada, rita } = world.people;
    const open = await loadOpenOverrides(world.pool, ada, ["demo"]);
    expect(open).toMatchObject([{ promotion: id, standing: "toReview", by: "Rita Moreau", mayReview: true }]);
    const review = { promotion: id, override: 1, words: "customers could not pay" };
    await expect(reviewOverride(world.engine, rita, review)).rejects.toThrow(Forbidden);
    expect(await reviewOverride(world.engine, ada, review)).toMatchObject({ kind: "told" });
    expect(await loadOpenOverrides(world.pool, ada, ["demo"])).toEqual([]);
  });

  it("goes back all the same: a rollback is exempt, unless the freeze names it", async () => {
    await freeze("rollback");
    const back = { ...staging, services: ["backend"] };
    const refused = await rollBack(world.engine, world.people.rita, { ...back, idempotencyKey: "back-while-named" });
    expect(refused).toMatchObject({ kind: "rejection", code: "gateClosed" });
    expect(refused.kind === "rejection" && refused.message).toContain("closed by incident 9");
    await freeze("promote, autoPromote");
    const asked = await rollBack(world.engine, world.people.rita, { ...back, idempotencyKey: "back-while-exempt" });
    if (asked.kind === "rejection") throw new Error(asked.message);
    expect(asked.state.plan.gates.map((one) => one.kind)).toEqual(["block"]);
    expect((await world.withWorker(() => world.ended(asked.state.id))).phase).toBe("succeeded");
  });
});
