import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approve } from "@/lib/commands/approve";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { InvalidInput, NotFound } from "@/lib/pipeline/errors";
import { loadApprovals } from "@/lib/queries/approvals";
import { loadPromotePreview } from "@/lib/queries/promote-preview";
import { loadPromotionPage } from "@/lib/queries/promotion-page";
import { loadPromotions } from "@/lib/queries/promotions";

let world: DemoWorld;

beforeAll(async () => {
  world = await createDemoWorld();
});
afterAll(() => world.close());

const now = () => new Date().toISOString();

async function request(environment: string, release: string): Promise<string> {
  const idempotencyKey = `${environment} ${release}`;
  const made = await requestPromotion(world.engine, world.people.rita, {
    project: "demo",
    environment,
    release,
    idempotencyKey,
  });
  if (made.kind === "rejection") throw new Error(made.message);
  return made.state.id;
}

describe("a promotion's pages, from the request to the end", () => {
  let key: string;
  let waiting: string;

  it("shows what was done, with its proof, once it succeeded", async () => {
    key = (await world.release("backend", "v1.1.0")).key;
    const subject = { kind: "promote", project: "demo", environment: "staging", release: key };
    const preview = await loadPromotePreview(world.pool, world.people.rita, subject, now());
    expect(preview).toMatchObject({ kind: "preview", refusal: null, may: true, open: null, ahead: null });

    const id = await request("staging", key);
    await world.ended(id);
    const page = await loadPromotionPage(world.pool, world.people.vera, id, now());
    expect(page.phase).toBe("succeeded");
    expect(page.planHash).toBe(preview.kind === "preview" && preview.planHash);
    expect(page.route.map((one) => [one.title, one.phase])).toEqual([
      ["Requested", "done"],
      ["Gates", "done"],
      ["Roll out backend", "done"],
      ["Verify", "done"],
      ["Move tag", "done"],
      ["Succeeded", "done"],
    ]);
    const [order] = page.orders;
    expect(order?.there?.observed?.about).toBe("2 of 2 pods run it");
    expect(page.checks.map((one) => one.status)).toEqual(["good", "good"]);
    expect(page.seen[0]?.pods.filter((pod) => pod.current)).toHaveLength(2);
    expect(page.feed[0]?.kind).toBe("promotion.succeeded");
    expect(page.rights).toEqual({
      abort: false,
      override: false,
      settle: false,
      rollBack: false,
      promote: false,
      retry: false,
      unblock: false,
      reject: false,
    });
    expect((await loadPromotionPage(world.pool, world.people.rita, id, now())).rights.rollBack).toBe(true);
  });

  it("waits for the yes of those whom the gate asks, and says so to the others", async () => {
    waiting = await request("production", key);
    const { rita, arjun, vera } = world.people;
    const inbox = await loadApprovals(world.pool, arjun, { projects: ["demo"], now: now() });
    expect(inbox.mine.map((one) => [one.id, one.given, one.needed])).toEqual([[waiting, 0, 1]]);
    const theirs = await loadApprovals(world.pool, rita, { projects: ["demo"], now: now() });
    expect(theirs.mine).toEqual([]);
    expect(theirs.others.map((one) => one.standing)).toEqual(["requester"]);
    expect((await loadApprovals(world.pool, vera, { projects: ["demo"], now: now() })).others[0]?.standing).toBe(
      "mayNot",
    );

    const page = await loadPromotionPage(world.pool, arjun, waiting, now());
    expect(page.signing).toEqual({ standing: "asked", given: 0, needed: 1 });
    expect(page.route.find((one) => one.phase === "now")?.title).toBe("Gates");
    expect(page.facts[0]?.path.map((one) => one.verifiedAt !== null)).toEqual([true, false]);
  });

  it("keeps the signature with its entry", async () => {
    const { arjun } = world.people;
    const before = await loadPromotionPage(world.pool, arjun, waiting, now());
    await approve(world.engine, arjun, { promotion: waiting, planHash: before.planHash, reason: "looked at it" });
    await world.ended(waiting);
    const page = await loadPromotionPage(world.pool, arjun, waiting, now());
    expect(page.phase).toBe("succeeded");
    expect(page.signatures).toMatchObject([{ by: "Arjun Mehta", reason: "looked at it", current: true }]);
    expect(page.signing.standing).toBe("over");
  });

  it("says why a bad release went back, what blocks it and what to do next", async () => {
    const bad = await world.release("chat", "v1.1.0", "crash");
    const id = await request("staging", bad.key);
    await world.ended(id);
    const page = await loadPromotionPage(world.pool, world.people.arjun, id, now());
    expect(page.phase).toBe("rolledBack");
    expect(page.route.map((one) => [one.title, one.phase, one.state])).toEqual([
      ["Requested", "done", undefined],
      ["Gates", "done", undefined],
      ["Roll out chat", "stopped", "failed"],
      ["Take chat back", "done", undefined],
      ["Rolled back", "stopped", "rolledBack"],
    ]);
    expect(page.cause?.reason).toContain("CrashLoopBackOff");
    expect(page.blocks).toMatchObject([{ service: "chat", digest: bad.digest, liftedAt: null }]);
    expect(page.nextStep).toContain("announce the new digest");
    expect(page.rights.unblock).toBe(true);

    const subject = { kind: "promote", project: "demo", environment: "staging", release: bad.key };
    const preview = await loadPromotePreview(world.pool, world.people.rita, subject, now());
    expect(preview).toMatchObject({ kind: "preview", refusal: { code: "gateClosed" } });
  });

  it("lists them by filter and page, and nothing of a project that one may not see", async () => {
    const { vera, rita } = world.people;
    const all = await loadPromotions(world.pool, vera, { projects: ["demo"] }, now());
    expect(all.lines).toHaveLength(3);
    expect(all.environments).toEqual(["staging", "production"]);
    const wrong = await loadPromotions(world.pool, vera, { projects: ["demo"], phase: "wentWrong" }, now());
    expect(wrong.lines.map((one) => one.services)).toEqual([["chat"]]);
    expect(wrong.lines[0]?.note).toContain("CrashLoopBackOff");
    const last = all.lines[0];
    const after = `${last?.requestedAt},${last?.id}`;
    const older = await loadPromotions(world.pool, vera, { projects: ["demo"], after }, now());
    expect(older.lines).toEqual(all.lines.slice(1));

    for (const wrong of ["2026-13-45T00:00:00.000Z,demo-1", "now,demo-1", "1", `${after}'`]) {
      await expect(loadPromotions(world.pool, vera, { projects: ["demo"], after: wrong }, now())).rejects.toThrow(
        InvalidInput,
      );
    }
    const stranger = { ...rita, grants: [] };
    expect((await loadPromotions(world.pool, stranger, { projects: ["demo"] }, now())).lines).toEqual([]);
    await expect(loadPromotionPage(world.pool, stranger, waiting, now())).rejects.toThrow(NotFound);
    const subject = { kind: "promote", project: "demo", environment: "staging", release: key };
    await expect(loadPromotePreview(world.pool, stranger, subject, now())).rejects.toThrow(NotFound);
    await expect(loadPromotionPage(world.pool, rita, "demo-999", now())).rejects.toThrow(NotFound);
  });
});
