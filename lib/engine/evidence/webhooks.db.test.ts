import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { freshEvidence } from "@/lib/engine/fresh-evidence";
import { type Receiver, startReceiver } from "@/lib/engine/notify/testing/receiver";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { loadPromotePreview } from "@/lib/queries/promote-preview";

// An outside system answers over HTTP on loopback; the whole engine asks it.

const secret = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;
const place = { project: "demo", environment: "staging" };
let world: DemoWorld;
let change: Receiver;
let count = 0;

beforeAll(async () => {
  vi.stubEnv("CHANGE_SECRET", secret);
  [world, change] = await Promise.all([createDemoWorld({ worker: false }), startReceiver()]);
  await apply();
});
beforeEach(() => {
  change.received.length = 0;
});
afterEach(async () => {
  const open = await world.pool.query<{ id: string }>(sql`select id from promotion where ended_at is null`);
  for (const { id } of open) await abort(world.engine, world.people.ada, { promotion: id, why: "the next test" });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await change?.close();
  await world?.close();
});

/** Staging asks the outside system and nothing else; `watch` makes one text differ from another. */
async function apply(watch = "1s"): Promise<void> {
  const gate = `- webhook: { url: "${change.url}/check?team=web", secret: "env:CHANGE_SECRET", passFor: 15m }`;
  const text = projectFile(world.sandbox, { watch }).replace(
    "      tag: staging\n",
    `      tag: staging\n      gates:\n        ${gate}\n`,
  );
  const applied = await applyDocuments(world.engine, world.people.ada, { text }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
}

const saying = (...answers: object[]) => {
  change.answers = answers.map((one) => ({
    ...{ status: 200, body: JSON.stringify(one), headers: { "content-type": "application/json" } },
  }));
};
const idsAsked = () => change.received.map(({ headers }) => headers["webhook-id"]);

async function ask(reason?: string) {
  const { key } = await world.release("backend", `v8.1.${++count}`);
  const input = { ...place, release: key, idempotencyKey: `webhook-${count}`, ...(reason ? { reason } : {}) };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

/** Looks at its gates again, now; `laterMs` after whatever was answered before. */
async function look(id: string, laterMs = 0) {
  const ago = sql`${laterMs} * interval '1 millisecond'`;
  await world.pool.execute(sql`update outside_evidence set observed_at = observed_at - ${ago} where kind = 'webhook'`);
  await world.pool.execute(sql`update step set due_at = now() - interval '1 s' where promotion = ${id}`);
  await drive(world.engine, id, 30_000);
  return world.until(id, () => true);
}

describe("an outside system that is asked", () => {
  it("lets exactly this plan go, and was told what goes where, by whom and why, and no secret", async () => {
    saying({ result: "pass" });
    const waiting = await ask("the fix for INC-7");
    expect(waiting.verdicts[0]).toMatchObject({ gate: "webhook", status: "wait" });
    // Who asks for it asks nobody: only the engine does.
    expect(change.received).toEqual([]);
    const done = await world.withWorker(() => world.ended(waiting.id));
    expect(done.phase).toBe("succeeded");
    expect(idsAsked()).toEqual([`${waiting.id}.${waiting.planHash}.0`]);
    const [request] = change.received;
    const told = new Webhook(secret).verify(request?.body ?? "", request?.headers as Record<string, string>);
    const [service] = waiting.plan.services;
    expect(told).toEqual({
      type: "gate.asked",
      timestamp: waiting.requestedAt,
      data: {
        ...{ ...place, promotion: waiting.id, planHash: waiting.planHash, kind: "promote", severity: null },
        ...{ release: waiting.plan.release, version: waiting.plan.version },
        services: [
          {
            ...{ service: "backend", repository: "demo-backend" },
            from: service?.from,
            to: { version: service?.to.version, digest: service?.to.digest, revision: null },
          },
        ],
        requestedBy: { kind: "person", name: "Rita Moreau" },
        ...{ requestedAt: waiting.requestedAt, reason: "the fix for INC-7" },
      },
    });
    expect(JSON.stringify(change.received)).not.toContain(secret);
    const entries = await loadPromotionEntries(world.pool, "demo", waiting.id);
    expect(JSON.stringify(entries)).not.toContain(secret);
    expect((await replayProject(world.pool, "demo")).differences).toEqual([]);
  });

  it("is not asked by a preview, which says so", async () => {
    const { key } = await world.release("backend", "v8.2.0");
    const subject = { kind: "promote", ...place, release: key };
    const preview = async () => loadPromotePreview(world.pool, world.people.rita, subject, world.engine.now());
    const view = await preview();
    if (view.kind !== "preview") throw new Error(view.message);
    expect(await freshEvidence(view.plan, world.engine)).toBe(false);
    expect(await preview()).toMatchObject({ refusal: null });
    expect(view.verdicts[0]).toMatchObject({
      status: "wait",
      summary: expect.stringMatching(/is asked once it is requested$/),
    });
    expect(change.received).toEqual([]);
  });

  it("says wait: it is asked again when it said, with the same id, and then it goes", async () => {
    saying({ result: "wait", message: "CAB meets at 14:00", retryAfterSeconds: 3_000 }, { result: "pass" });
    const { id } = await ask();
    expect((await look(id)).verdicts[0]).toMatchObject({ status: "wait", said: "CAB meets at 14:00" });
    // Not a moment before: a look at the gates for another reason asks nobody.
    expect((await look(id, 2_000_000)).phase).toBe("waiting");
    expect(change.received).toHaveLength(1);
    const started = await look(id, 1_000_000);
    expect(started.phase).not.toBe("waiting");
    expect(new Set(idsAsked()).size).toBe(1);
    expect(change.received).toHaveLength(2);
    await world.withWorker(() => world.ended(id));
  });

  it("says wait with another number each time: that is written down once", async () => {
    saying(
      { result: "wait", message: "3 of 5 signed" },
      { result: "wait", message: "4 of 5 signed" },
      { result: "wait", message: "rejected by sec" },
    );
    const { id } = await ask();
    for (const laterMs of [0, 60_000, 60_000]) await look(id, laterMs);
    expect(change.received).toHaveLength(3);
    const entries = await loadPromotionEntries(world.pool, "demo", id);
    const said = entries.flatMap((entry) => (entry.kind === "gates.evaluated" ? [entry.data.verdicts[0]?.said] : []));
    expect(said).toEqual([undefined, "3 of 5 signed", "rejected by sec"]);
  });

  it("says no: the promotion has ended, with its words as plain text", async () => {
    saying({ result: "fail", message: "CHG-7 is \u202edevorppa\u202c\nnot approved" });
    const { id } = await ask();
    const ended = await look(id);
    expect(ended).toMatchObject({ phase: "rejected" });
    expect(ended.phase === "rejected" && ended.why).toMatch(/says no: CHG-7 is \ufffddevorppa\ufffd not approved$/);
  });

  it.each<[string, Receiver["answers"][number]]>([
    [
      "an error that says pass",
      { status: 500, body: '{"result":"pass"}', headers: { "content-type": "application/json" } },
    ],
    ["a page that says pass", { status: 200, body: '{"result":"pass"}', headers: { "content-type": "text/html" } }],
    ["a redirect", { status: 302, headers: { location: "http://169.254.169.254/" } }],
  ])("answers with %s: unknown, which opens nothing", async (_, answer) => {
    change.answers = [answer];
    const { id } = await ask();
    const state = await look(id);
    expect(state).toMatchObject({ phase: "waiting" });
    expect(state.verdicts[0]).toMatchObject({ status: "unknown", said: expect.stringContaining("answer") });
  });
});

describe("a yes", () => {
  it("that ends without another one does not count any more: silence is no pass", async () => {
    saying({ result: "pass" });
    const waiting = await ask();
    const held = sql`insert into hold (id, project, environment, reason, held_by, held_at)
                     values ('h', 'demo', 'staging', 'a test', '{"kind":"system","name":"worker"}', now())`;
    await world.pool.execute(held);
    expect((await look(waiting.id)).verdicts[0]).toMatchObject({ status: "pass" });
    change.answers = [{ status: 500 }];
    expect((await look(waiting.id, 6 * 60_000)).verdicts[0]).toMatchObject({ status: "pass" });
    expect(change.received).toHaveLength(1);
    expect((await look(waiting.id, 6 * 60_000)).verdicts[0]).toMatchObject({ status: "unknown" });
    expect(change.received).toHaveLength(2);
    await world.pool.execute(sql`delete from hold where id = 'h'`);
    expect((await look(waiting.id)).phase).toBe("waiting");
  });

  it("to one plan is no yes to the next: it is asked anew, by another id", async () => {
    saying({ result: "wait" });
    const waiting = await ask();
    await look(waiting.id);
    await apply("2s");
    saying({ result: "pass" });
    // What the old plan's question was answered must not help the new one.
    await world.pool.execute(
      sql`update outside_evidence set value = '{"result":"pass","message":null,"retryAfterMs":null}', trouble = null where kind = 'webhook'`,
    );
    change.received.length = 0;
    const started = await look(waiting.id);
    expect(started.planHash).not.toBe(waiting.planHash);
    expect(idsAsked()).toEqual([`${waiting.id}.${started.planHash}.0`]);
    // However far it got in one go.
    expect(started.phase).not.toBe("waiting");
    await world.withWorker(() => world.ended(waiting.id));
  });
});
