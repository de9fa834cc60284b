import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { applyCanary, removeCanaryByHand, stageRoute, weightsOf } from "@/lib/engine/testing/canary-stage";
import { untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";

let world: DemoWorld;
let count = 0;
beforeAll(async () => {
  world = await createDemoWorld();
});
afterAll(() => world?.close());

/** Stages a canary of an hour that goes back by an alert of this Alertmanager, and asks for one. */
async function promote(alertmanager: string, deadline: string, steps = "[{ weight: 25%, for: 1h }]"): Promise<string> {
  count += 1;
  const text = `apiVersion: waybill.dev/v1
kind: Connection
metadata: { name: alerts }
spec: { projects: [demo], alertmanager: { url: "${alertmanager}" } }
`;
  expect((await applyDocuments(world.engine, world.people.ada, { text })).kind).toBe("applied");
  await removeCanaryByHand(world, "backend");
  await stageRoute(world, "backend", "httpRoute");
  await untilCell(world, "backend", "staging", (cell) => cell.health === "healthy");
  const rollBackWhen = `[{ alert: CircuitOpen, labels: { service: "{service}" }, connection: alerts }]`;
  await applyCanary(world, "backend", { route: "httpRoute", steps, deadline, rollBackWhen });
  const { key } = await world.release("backend", `v6.${count}.0`);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `alerts-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}

const triggerOf = (state: PromotionState) =>
  "rollouts" in state
    ? state.rollouts[0]?.steps?.flatMap((one) => one.checks ?? []).find((one) => one.kind === "trigger")
    : undefined;

async function say(path: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const address = `${world.sandbox.metricsUrl}/api/v2/${path}`;
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.ok).toBe(true);
}
const alert = (service: string) => ({ labels: { alertname: "CircuitOpen", service } });

describe("an alert of an Alertmanager", () => {
  it("of the service sends its canary back at once; one of another service does nothing", async () => {
    await say("alerts", [alert("chat")]);
    const id = await promote(world.sandbox.metricsUrl, "5m");
    await world.until(id, (state) => triggerOf(state)?.status === "good");
    await say("alerts", [alert("backend")]);
    const ended = await world.ended(id);
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "failed", service: "backend" } });
    expect("cause" in ended ? ended.cause?.reason : "").toContain("CircuitOpen fires");
    expect(await weightsOf(world, "backend", "httpRoute")).toEqual([100, 0]);
    await expectSoundRecord(world, id);
  });

  it("that somebody silenced sends nothing back", async () => {
    const matchers = [{ name: "alertname", value: "CircuitOpen", isRegex: false, isEqual: true }];
    const [startsAt, endsAt] = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    await say("alerts", [alert("backend")]);
    await say("silences", { matchers, startsAt, endsAt, createdBy: "a test", comment: "known" });
    const id = await promote(world.sandbox.metricsUrl, "5m", "[{ weight: 25%, for: 1s }]");
    expect((await world.ended(id)).phase).toBe("succeeded");
  });

  it("is unknown where it does not answer: nothing passes, and it goes back at its deadline", async () => {
    const id = await promote("http://127.0.0.1:9", "2s", "[{ weight: 25%, for: 1s }]");
    const ended = await world.ended(id);
    expect(ended).toMatchObject({ phase: "rolledBack", cause: { kind: "errored" } });
    expect("cause" in ended ? ended.cause?.reason : "").toMatch(/CircuitOpen fires.*no answer/);
  });
});
