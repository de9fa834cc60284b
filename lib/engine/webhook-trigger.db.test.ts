import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { TokenPrincipal } from "@/lib/auth/principal";
import { tokenPrincipal } from "@/lib/auth/tokens";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { createToken } from "@/lib/commands/create-token";
import { fireByAlertmanager } from "@/lib/commands/fire-by-alertmanager";
import { fireTrigger } from "@/lib/commands/fire-trigger";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { pauseRollout } from "@/lib/commands/steer-rollout";
import { sql } from "@/lib/db/sql";
import { drive } from "@/lib/engine/drive";
import { applyCanary, canaryReplicas, stageRoute, weightsOf } from "@/lib/engine/testing/canary-stage";
import { specDigest, untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { Conflict, NotFound } from "@/lib/pipeline/errors";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { loadPromotionPage } from "@/lib/queries/promotion-page";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import { startWorkerProcess } from "@/lib/worker/testing/worker-process";

let world: DemoWorld;
let alarm: TokenPrincipal;
let count = 0;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  alarm = await token("alarm");
  await stageRoute(world, "backend", "httpRoute");
  await untilCell(world, "backend", "staging", (cell) => cell.health === "healthy");
});
afterAll(() => world?.close());

async function token(role: "alarm" | "viewer"): Promise<TokenPrincipal> {
  const input = { project: "demo", label: `${role} of payments`, role, environments: null, expiresInDays: 1 };
  const { secret } = await createToken(world.pool, world.people.ada, input, new Date());
  return tokenPrincipal(world.pool, secret);
}

async function ask(release: string, environment: string): Promise<PromotionState> {
  count += 1;
  const input = { project: "demo", environment, release, idempotencyKey: `webhook-trigger-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state;
}

/** A canary of an hour, which a circuit breaker may send back. */
async function stageCanary(steps = "[{ weight: 25%, for: 1h }]"): Promise<string> {
  const rollBackWhen = "[{ restarts: 3, within: 5m }, { webhook: breaker }]";
  await applyCanary(world, "backend", { route: "httpRoute", steps, rollBackWhen });
  const { key } = await world.release("backend", `v7.${++count}.0`);
  return (await ask(key, "staging")).id;
}

const words = "payments do not answer";
const said = (extra: object = {}) => ({
  ...{ project: "demo", environment: "staging", service: "backend", trigger: "breaker", words },
  ...{ id: `report-${++count}-of-a-test`, happenedAt: world.engine.now(), ...extra },
});
const isAnalysing = (state: PromotionState) =>
  state.phase === "rollingOut" &&
  state.rollouts[0]?.steps?.some((one) => one.step.kind === "analyse" && one.checks !== undefined) === true;

const kindsOf = async (id: string) => (await loadPromotionEntries(world.pool, "demo", id)).map((entry) => entry.kind);
const standing = async () => ({
  weights: await weightsOf(world, "backend", "httpRoute"),
  replicas: await canaryReplicas(world, "backend"),
});
const home = { weights: [100, 0], replicas: 0 };

describe("a circuit breaker that opens", () => {
  it("sends a canary back: the order is due when the report is answered, and says who said what", async () => {
    const id = await stageCanary();
    const before = await specDigest(world, "backend", "staging");
    await world.withWorker(() => world.until(id, isAnalysing));
    const fired = await fireTrigger(world.engine, alarm, said());
    expect(fired).toMatchObject({ created: true, promotions: [{ promotion: id, phase: "rollingBack", fired: true }] });
    // As the route does it: the call to the cluster is made before it answers.
    await drive(world.engine, id, 30_000);
    expect(await kindsOf(id)).toContain("revert.accepted");
    expect(await weightsOf(world, "backend", "httpRoute")).toEqual([100, 0]);
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended).toMatchObject({
      phase: "rolledBack",
      cause: { kind: "failed", service: "backend", by: { kind: "token", name: "alarm of payments" } },
    });
    expect(await standing()).toEqual(home);
    expect(await specDigest(world, "backend", "staging")).toBe(before);
    const page = await loadPromotionPage(world.pool, world.people.vera, id, world.engine.now());
    expect(page.cause?.reason).toBe(`breaker was reported from outside: ${words}`);
    expect(page.cause?.evidence).toContainEqual({ name: "reported by", value: "alarm of payments" });
    await expectSoundRecord(world, id);
  });

  it("by many reports at once gives one way back, and every report is answered", async () => {
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    const answers = await Promise.all(Array.from({ length: 8 }, () => fireTrigger(world.engine, alarm, said())));
    const told = answers.flatMap((one) => (one.kind === "triggerFired" ? one.promotions : []));
    expect(told).toHaveLength(8);
    expect(told.filter((one) => one.fired)).toHaveLength(1);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("rolledBack");
    const kinds = await kindsOf(id);
    for (const kind of ["trigger.fired", "rollback.started", "revert.requested"]) {
      expect(
        kinds.filter((one) => one === kind),
        kind,
      ).toHaveLength(1);
    }
    await expectSoundRecord(world, id);
  });

  it("by the same report again does nothing again; by another one of the same id is a conflict", async () => {
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    const report = said();
    const both = await Promise.all([report, report].map((one) => fireTrigger(world.engine, alarm, one)));
    expect(both.map((one) => one.kind === "triggerFired" && one.created).sort()).toEqual([false, true]);
    await world.withWorker(() => world.ended(id));
    const next = await stageCanary();
    await world.withWorker(() => world.until(next, isAnalysing));
    // Overheard, and sent again while the next one is in flight: it stays the report of the first.
    expect(await fireTrigger(world.engine, alarm, report)).toMatchObject({
      created: false,
      promotions: [{ promotion: id }],
    });
    await expect(fireTrigger(world.engine, alarm, { ...report, words: "another" })).rejects.toBeInstanceOf(Conflict);
    const late = said({ happenedAt: new Date(Date.parse(report.happenedAt) - 60_000).toISOString() });
    expect(await fireTrigger(world.engine, alarm, late)).toMatchObject({ code: "reportOfBefore", promotion: next });
    expect(await kindsOf(next)).not.toContain("trigger.fired");
    await abort(world.engine, world.people.rita, { promotion: next, why: "seen" });
    await world.withWorker(() => world.ended(next));
  });

  it("sends one back that a person paused, and says the same while it goes back", async () => {
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    expect((await pauseRollout(world.engine, world.people.rita, { promotion: id, why: "to see" })).kind).toBe("told");
    expect(await fireTrigger(world.engine, alarm, said())).toMatchObject({ promotions: [{ fired: true }] });
    expect(await fireTrigger(world.engine, alarm, said({ service: undefined }))).toMatchObject({
      promotions: [{ promotion: id, phase: "rollingBack", fired: false }],
    });
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("rolledBack");
    expect(await fireTrigger(world.engine, alarm, said())).toMatchObject({ code: "nothingInFlight" });
    const byId = said({ project: undefined, environment: undefined, promotion: id });
    expect(await fireTrigger(world.engine, alarm, byId)).toMatchObject({ code: "ended", promotion: id });
  });

  it("and a worker that dies between the report and the way back leave it to the next worker", async () => {
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    expect(await fireTrigger(world.engine, alarm, said())).toMatchObject({ promotions: [{ fired: true }] });
    for (const place of ["revert:taken", "revert:planned", "revert:written"]) {
      const killed = await startWorkerProcess(world.database.url, { WAYBILL_FAILPOINT: `${place}:kill` });
      onTestFinished(() => void killed.child.kill("SIGKILL"));
      expect(await killed.exited, place).toMatchObject({ signal: "SIGKILL" });
    }
    const ended = await world.withWorker(() => world.ended(id));
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { by: { kind: "token" } } });
    expect(await standing()).toEqual(home);
    expect((await kindsOf(id)).filter((kind) => kind === "revert.requested")).toHaveLength(1);
    await expectSoundRecord(world, id);
  });

  it("is refused for a trigger that the plan does not name, and for whom it is not", async () => {
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    expect(await fireTrigger(world.engine, alarm, said({ trigger: "other" }))).toMatchObject({
      code: "noSuchTrigger",
      message: expect.stringContaining("it names breaker"),
    });
    expect(await fireTrigger(world.engine, alarm, said({ service: "chat" }))).toMatchObject({
      code: "nothingInFlight",
      message: "nothing is in flight in demo/staging of chat",
    });
    const viewer = await token("viewer");
    await expect(fireTrigger(world.engine, viewer, said())).rejects.toMatchObject({ kind: "forbidden" });
    await expect(fireTrigger(world.engine, world.people.vera, said())).rejects.toMatchObject({ kind: "forbidden" });
    const elsewhere = { ...alarm, environments: ["production"] };
    await expect(fireTrigger(world.engine, elsewhere, said())).rejects.toBeInstanceOf(NotFound);
    const ahead = said({ happenedAt: new Date(Date.now() + 3_600_000).toISOString() });
    await expect(fireTrigger(world.engine, alarm, ahead)).rejects.toMatchObject({ issues: [{ path: "happenedAt" }] });
    const half = said({ environment: undefined });
    await expect(fireTrigger(world.engine, alarm, half)).rejects.toMatchObject({ issues: [{ path: "promotion" }] });
    const [after] = await world.pool.query(
      sql`select (select count(*)::int from trigger_report where told @> ${`[{"promotion":"${id}"}]`}::jsonb) as reports`,
    );
    expect(after).toEqual({ reports: 0 });
    await abort(world.engine, world.people.rita, { promotion: id, why: "seen" });
    await world.withWorker(() => world.ended(id));
  });
});

/** An Alertmanager's message with these alerts. */
const message = (...alerts: object[]) => ({
  ...{ version: "4", receiver: "waybill", status: "firing", groupKey: "{}", truncatedAlerts: 0 },
  ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: "http://alerts" },
  alerts: alerts.map((one) => ({
    ...{ status: "firing", labels: { alertname: "BreakerOpen", service: "backend" } },
    ...{ annotations: { summary: `${words}\n(twice)` }, endsAt: "0001-01-01T00:00:00Z", fingerprint: "f1" },
    ...{ startsAt: world.engine.now(), ...one },
  })),
});

describe("an Alertmanager's message", () => {
  const place = { project: "demo", environment: "staging", trigger: "breaker" };
  const hear = (body: unknown, more: object = {}) =>
    fireByAlertmanager(world.engine, alarm, { ...place, ...more }, body);

  it("is answered also where nothing is in flight, and sends back what is", async () => {
    expect(await hear(message({}))).toMatchObject([
      { service: "backend", promotions: [], refused: expect.stringContaining("nothing is in flight") },
    ]);
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    const old = { startsAt: "2026-01-01T00:00:00.000Z" };
    expect(await hear(message(old, { status: "resolved" }))).toMatchObject([
      { promotions: [], refused: expect.stringContaining("before") },
    ]);
    expect(await hear(message({ labels: { alertname: "A", service: "foreign" } }))).toMatchObject([
      { service: "foreign", refused: "demo has no service foreign" },
    ]);
    expect(await hear(message({ labels: { alertname: "A", service: "chat" } }))).toMatchObject([
      { service: "chat", promotions: [] },
    ]);
    const body = message(old, {});
    expect(await hear(body)).toMatchObject([{ promotions: [{ promotion: id, fired: true }], refused: null }]);
    // Alertmanager sends it again at every repeat interval.
    expect(await hear(body)).toMatchObject([{ promotions: [{ promotion: id, fired: true }], refused: null }]);
    const ended = await world.withWorker(() => world.ended(id));
    expect("cause" in ended ? ended.cause?.reason : "").toBe(
      `breaker was reported from outside: BreakerOpen: ${words} (twice)`,
    );
    expect((await kindsOf(id)).filter((kind) => kind === "trigger.fired")).toHaveLength(1);
  });

  it("sent again in other words with another alert is what it was, and the other is heard", async () => {
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    const alert = { startsAt: world.engine.now(), annotations: { summary: "12 % fail" } };
    expect(await hear(message(alert))).toMatchObject([{ promotions: [{ promotion: id, fired: true }] }]);
    // One token of two receivers: the same alert under another name is not the report that was taken.
    expect(await hear(message(alert), { trigger: "other" })).toMatchObject([
      { promotions: [], refused: expect.not.stringContaining("this id") },
    ]);
    await world.withWorker(() => world.ended(id));
    const next = await stageCanary();
    await world.withWorker(() => world.until(next, isAnalysing));
    const again = { ...alert, annotations: { summary: "14 % fail" } };
    const summary = "queue\u0000full\u202e, \u2066really";
    const other = { labels: { alertname: "QueueFull" }, annotations: { summary }, fingerprint: "f2" };
    expect(await hear(message(again))).toMatchObject([{ promotions: [{ promotion: id, fired: true }], refused: null }]);
    expect(await kindsOf(next)).not.toContain("trigger.fired");
    expect(await hear(message(again, other))).toMatchObject([
      { service: "backend", promotions: [{ promotion: id, fired: true }], refused: null },
      { service: null, promotions: [{ promotion: next, fired: true }], refused: null },
    ]);
    const ended = await world.withWorker(() => world.ended(next));
    expect("cause" in ended ? ended.cause?.reason : "").toBe(
      "breaker was reported from outside: QueueFull: queue full , really",
    );
    for (const one of [id, next]) {
      expect((await kindsOf(one)).filter((kind) => kind === "trigger.fired")).toHaveLength(1);
    }
  });

  it("with an alert from the future lets the others be heard", async () => {
    const ahead = { startsAt: new Date(Date.now() + 3_600_000).toISOString(), fingerprint: "f3" };
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    expect(await hear(message(ahead))).toMatchObject([{ promotions: [], refused: expect.stringContaining("ahead") }]);
    const mixed = message(ahead, { labels: { alertname: "QueueFull" } });
    expect(await hear(mixed)).toMatchObject([
      { service: "backend", promotions: [], refused: expect.stringContaining("that clock is wrong") },
      { service: null, promotions: [{ promotion: id, fired: true }], refused: null },
    ]);
    await world.withWorker(() => world.ended(id));
    const next = await stageCanary();
    await world.withWorker(() => world.until(next, isAnalysing));
    expect(await hear(message(ahead, {}))).toMatchObject([{ promotions: [{ promotion: next, fired: true }] }]);
    await world.withWorker(() => world.ended(next));
    await expect(hear({ version: "3", alerts: [] })).rejects.toMatchObject({ kind: "invalidInput" });
  });

  it("about no service, or of a receiver that says which, counts as it says", async () => {
    const id = await stageCanary();
    await world.withWorker(() => world.until(id, isAnalysing));
    const foreign = message({ labels: { alertname: "A", service: "checkout-api" } });
    expect(await hear(foreign, { service: "chat" })).toMatchObject([{ service: "chat", promotions: [] }]);
    expect(await hear(message({ labels: { alertname: "A" } }))).toMatchObject([
      { service: null, promotions: [{ promotion: id, fired: true }] },
    ]);
    expect((await world.withWorker(() => world.ended(id))).phase).toBe("rolledBack");
  });
});

describe("a release that is watched in production", () => {
  it("goes back by a report, whatever its strategy; other checks do not decide", async () => {
    const verification = { production: "{ watch: 1h, rollBackWhen: [{ webhook: breaker }] }" };
    const text = projectFile(world.sandbox, { verification, soak: "1s" });
    expect((await applyDocuments(world.engine, world.people.ada, { text }, { operator: true })).kind).toBe("applied");
    const { key } = await world.release("chat", "v7.100.0");
    await world.withWorker(async () => {
      await world.ended((await ask(key, "staging")).id);
      const { id, planHash } = await ask(key, "production");
      expect(
        await fireTrigger(world.engine, alarm, said({ environment: "production", service: "chat" })),
      ).toMatchObject({
        code: "nothingInFlight",
      });
      const byId = said({ project: undefined, environment: undefined, service: undefined, promotion: id });
      expect(await fireTrigger(world.engine, alarm, byId)).toMatchObject({ code: "notRunning" });
      await approve(world.engine, world.people.arjun, { promotion: id, planHash });
      const watched = await world.until(
        id,
        (state) => state.phase === "verifying" && state.checks.every((one) => one.status === "good"),
      );
      const checks = "checks" in watched ? watched.checks : [];
      expect(checks.filter((one) => one.kind === "trigger")).toMatchObject([
        { title: "goes back when breaker is reported from outside", found: "nobody reported it" },
      ]);
      expect(await fireTrigger(world.engine, alarm, said({ ...byId, id: "another-report" }))).toMatchObject({
        promotions: [{ promotion: id, fired: true }],
      });
      const ended = await world.ended(id);
      expect(ended).toMatchObject({ phase: "rolledBack", cause: { by: { name: "alarm of payments" } } });
      await expectSoundRecord(world, id);
    });
  });
});
