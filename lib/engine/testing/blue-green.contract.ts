import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { releaseHold } from "@/lib/commands/hold";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { settleStuck } from "@/lib/commands/settle-stuck";
import { sql } from "@/lib/db/sql";
import { takeDueStep } from "@/lib/engine/lease";
import { runStep } from "@/lib/engine/run-step";
import { loadCell, untilCell } from "@/lib/engine/testing/cells";
import { byHand, coloursOf } from "@/lib/engine/testing/colours";
import { createDemoWorld, type DemoWorld, type OtherCluster, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import type { PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { currentStep, type StepKind, type StepState } from "@/lib/pipeline/rollout/step";
import { expectSoundRecord } from "@/lib/worker/testing/check-record";
import type { Fault } from "@/sandbox/images";

/** A wrong answer of `endpoint` behind the preview fails before the switch; /health is asked after it too. */
const policy = (endpoint: "ready" | "health") =>
  `{ previewService: "{service}-preview", smoke: [{ url: "SERVICES/{namespace}/{previewService}/${endpoint}" }], watch: 2s, keepOldFor: 1h, deadline: 5m }`;

const polling = { timeout: 90_000, interval: 50 };

let world: DemoWorld;
let cluster: ScenarioCluster | undefined;
let count = 0;

async function apply(endpoint: "ready" | "health", onFailure: "rollBack" | "hold" = "rollBack"): Promise<void> {
  const file = projectFile(world.sandbox, { blueGreen: policy(endpoint), ...(cluster ? { cluster } : {}) });
  const text = file.replace("- name: staging\n", `- name: staging\n      onFailure: ${onFailure}\n`);
  expect((await applyDocuments(world.engine, world.people.ada, { text }, { operator: true })).kind).toBe("applied");
}

/** A new release of backend, asked for in staging. */
async function begin(fault?: Fault): Promise<{ id: string; digest: string }> {
  count += 1;
  const { key, digest } = await world.release("backend", `v9.${count}.0`, fault);
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `colours-${count}` };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return { id: asked.state.id, digest };
}

const stateOf = async (id: string) => (await loadPromotion(world.pool, "demo", id)) as PromotionState;
const stepsOf = (state: PromotionState): StepState[] => ("rollouts" in state ? (state.rollouts[0]?.steps ?? []) : []);
const words = (state: PromotionState) =>
  stepsOf(state).map(({ step, status, words }) => `${step.id} ${status}: ${words}`);
const kindsOf = async (id: string) => (await loadPromotionEntries(world.pool, "demo", id)).map((entry) => entry.kind);

/** Does the promotion's due work one by one, as a worker would, until `accept`: a test steps in between. */
async function workUntil(id: string, accept: (state: PromotionState) => boolean): Promise<PromotionState> {
  const end = performance.now() + 90_000;
  for (;;) {
    const state = await stateOf(id);
    if (accept(state)) return state;
    if (performance.now() > end) throw new Error(`${id} is ${state.phase}: ${words(state).join("; ")}`);
    const step = await takeDueStep(world.engine, id);
    if (step) await runStep(world.engine, step);
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isPending =
  (kind: StepKind) =>
  (state: PromotionState): boolean => {
    const rollout: RolloutState | undefined = "rollouts" in state ? state.rollouts[0] : undefined;
    const current = rollout?.phase === "stepping" ? currentStep(rollout.steps) : undefined;
    return current?.step.kind === kind && current.status === "pending";
  };
const ended = (id: string) => world.withWorker(() => world.ended(id));

/** What a Deployment's spec has seen: it grows with every change of it. */
async function generationOf(name: string): Promise<number> {
  const { metadata } = (await byHand(world, "deployments", name)) as { metadata: { generation: number } };
  return metadata.generation;
}

/** Its time comes: the worker takes the old colour's pods away, and says so. */
async function retireNow(id: string): Promise<void> {
  const due = sql`update step set due_at = now() - interval '1 s' where promotion = ${id} and kind = 'retire' and status = 'due'`;
  expect(await world.pool.execute(due)).toBe(1);
  await world.withWorker(() => expect.poll(() => kindsOf(id), polling).toContain("colour.retired"));
}

/** A way back that failed holds the environment: a person closes it, and opens the environment again. */
async function close(id: string): Promise<void> {
  const why = "put right by hand";
  expect(await settleStuck(world.engine, world.people.rita, { promotion: id, how: "close", why })).toMatchObject({
    state: { phase: "failed" },
  });
  const place = { project: "demo", environment: "staging", why };
  expect((await releaseHold(world.engine, world.people.rita, place)).kind).toBe("released");
}

/** Another cluster, and how it is cleaned up. */
export type ScenarioCluster = OtherCluster & { close(): Promise<void> };

/** Blue-green from the request to its end, by the engine, on the sandbox's cluster or another one. */
export function blueGreenScenarios(name: string, make?: () => Promise<ScenarioCluster>): void {
  describe(name, () => {
    beforeAll(async () => {
      cluster = await make?.();
      world = await createDemoWorld({ worker: false, blueGreen: policy("ready"), ...(cluster ? { cluster } : {}) });
    });
    afterAll(async () => {
      await world?.close();
      await cluster?.close();
    });

    describe("blue-green", () => {
      it("makes the other colour, tries it, switches, watches, succeeds; the old colour stays up until its time", async () => {
        const before = await coloursOf(world, "backend");
        expect(before).toMatchObject({ live: "blue", colours: { blue: { replicas: 2 } } });
        expect(before.colours.green).toBeUndefined();
        const untouched = await generationOf("backend");
        const { id, digest } = await begin();
        const done = await ended(id);
        expect(done.phase).toBe("succeeded");
        expect(words(done)).toEqual([
          `prepare done: deployment ${world.namespace("staging")}/backend-green is green, asked for 2 pods`,
          "available done: 2 of 2 pods of green run it",
          "smoke done: backend-preview answered the smoke test as it should",
          `switch done: Service ${world.namespace("staging")}/backend selects green`,
        ]);
        const after = await coloursOf(world, "backend");
        expect(after).toMatchObject({
          live: "green",
          promotion: id,
          colours: { green: { digest, replicas: 2, promotion: id }, blue: { replicas: 2 } },
        });
        expect(await generationOf("backend")).toBe(untouched);
        await untilCell(world, "backend", "staging", (cell) => cell.observed === digest && cell.health === "healthy");
        expect(await loadCell(world, "backend", "staging")).toMatchObject({
          wanted: digest,
          verified: digest,
          drift: null,
        });
        await expectSoundRecord(world, id);

        await retireNow(id);
        expect((await coloursOf(world, "backend")).colours.blue?.replicas).toBe(0);
        await expectSoundRecord(world, id);
      });

      it("goes the other way round the next time, with the colour that had no pods any more", async () => {
        const { id, digest } = await begin();
        expect((await ended(id)).phase).toBe("succeeded");
        expect(await coloursOf(world, "backend")).toMatchObject({
          live: "blue",
          colours: { blue: { digest, replicas: 2 } },
        });
      });

      it("whose smoke test fails never touches the live colour", async () => {
        await apply("health");
        const before = await coloursOf(world, "backend");
        const { id, digest } = await begin("errors");
        const done = await ended(id);
        expect(done).toMatchObject({
          phase: "rolledBack",
          cause: { kind: "failed", reason: expect.stringContaining("answered 500, not 200") },
        });
        expect(words(done)[2]).toMatch(/^smoke failed: .*backend-preview\/health answered 500/);
        const after = await coloursOf(world, "backend");
        expect(after).toMatchObject({ live: before.live, fence: before.fence });
        expect(after.colours[before.live]).toEqual(before.colours[before.live]);
        expect(await loadCell(world, "backend", "staging")).toMatchObject({
          wanted: before.colours[before.live]?.digest,
        });
        const [block] = await world.pool.query(sql`select digest from block where promotion = ${id}`);
        expect(block).toEqual({ digest });
        await expectSoundRecord(world, id);
        await apply("ready");
      });

      it("that fails after the switch goes back by the selector alone", async () => {
        const before = await coloursOf(world, "backend");
        const { id, digest } = await begin("errors");
        const done = await ended(id);
        expect(done).toMatchObject({ phase: "rolledBack", cause: { reason: expect.stringContaining("answered 500") } });
        expect(await kindsOf(id)).toContain("verification.failed");
        const after = await coloursOf(world, "backend");
        expect(after).toMatchObject({ live: before.live, promotion: id });
        // The old colour was not touched, and the new one still runs for whoever wants to look at it.
        expect(after.colours[before.live]).toEqual(before.colours[before.live]);
        expect(after.colours[before.idle]).toMatchObject({ digest, replicas: 2 });
        await expectSoundRecord(world, id);
      });

      it("by hand goes back to the old colour, which is there: no pod is started, and nothing is tried again", async () => {
        const { id } = await begin();
        await ended(id);
        const { live, idle, colours } = await coloursOf(world, "backend");
        const generation = await generationOf(colours[idle]?.name.split("/")[1] ?? "");
        const back = { project: "demo", environment: "staging", services: ["backend"], idempotencyKey: "colours-back" };
        const asked = await rollBack(world.engine, world.people.rita, back);
        if (asked.kind === "rejection") throw new Error(asked.message);
        const done = await ended(asked.state.id);
        expect(done.phase).toBe("succeeded");
        expect(words(done)[2]).toBe("smoke skipped: it was verified here before");
        expect(await coloursOf(world, "backend")).toMatchObject({ live: idle, idle: live });
        const template = await generationOf(colours[idle]?.name.split("/")[1] ?? "");
        expect(template - generation).toBeLessThanOrEqual(1);
        await expectSoundRecord(world, asked.state.id);
      });

      it("stopped before the switch leaves what is live, and ends as asked", async () => {
        const before = await coloursOf(world, "backend");
        const { id } = await begin();
        await workUntil(id, isPending("smoke"));
        expect((await abort(world.engine, world.people.rita, { promotion: id, why: "not today" })).kind).toBe("told");
        expect(await ended(id)).toMatchObject({ phase: "aborted", why: "not today" });
        expect(await coloursOf(world, "backend")).toMatchObject({ live: before.live, fence: before.fence });
        await expectSoundRecord(world, id);
      });

      it("that fails after the switch and is to be held stays live; the old colour goes when its time is over", async () => {
        await apply("ready", "hold");
        const before = await coloursOf(world, "backend");
        const { id, digest } = await begin("errors");
        expect(await ended(id)).toMatchObject({ phase: "failed", nextStep: expect.stringContaining("is held") });
        const held = await coloursOf(world, "backend");
        expect(held).toMatchObject({ live: before.idle, colours: { [before.idle]: { digest, replicas: 2 } } });
        expect(held.colours[before.live]).toEqual(before.colours[before.live]);
        await retireNow(id);
        const after = await coloursOf(world, "backend");
        expect(after.colours).toMatchObject({ [before.idle]: { replicas: 2 }, [before.live]: { replicas: 0 } });
        await expectSoundRecord(world, id);
        const place = { project: "demo", environment: "staging", why: "seen" };
        expect((await releaseHold(world.engine, world.people.rita, place)).kind).toBe("released");
        await apply("ready");
        expect((await ended((await begin()).id)).phase).toBe("succeeded");
      });

      it("is not planned where the Service selects no colour, and says what to do", async () => {
        const { live } = await coloursOf(world, "backend");
        await byHand(world, "services", "backend", { spec: { selector: { version: null } } });
        const problem = sql`select observation -> 'colour' ->> 'problem' as problem from deployment
                         where service = 'backend' and environment = 'staging'`;
        const problemOf = async () => (await world.pool.query<{ problem: string | null }>(problem))[0]?.problem;
        await expect.poll(problemOf, polling).toBeTruthy();
        count += 1;
        const { key } = await world.release("backend", `v9.${count}.0`);
        const input = { project: "demo", environment: "staging", release: key, idempotencyKey: `colours-${count}` };
        expect(await requestPromotion(world.engine, world.people.rita, input)).toMatchObject({
          code: "noColours",
          message: expect.stringContaining('has no "version": let it say "version: blue"'),
        });
        await byHand(world, "services", "backend", { spec: { selector: { version: live } } });
        await expect.poll(problemOf, polling).toBeFalsy();
      });
    });

    describe("somebody else at the same Service", () => {
      it("who switched before the switch is not overwritten: it stops, and says so", async () => {
        const { live, idle } = await coloursOf(world, "backend");
        const { id } = await begin();
        await workUntil(id, isPending("switch"));
        await byHand(world, "services", "backend", { spec: { selector: { version: idle } } });
        const stuck = await workUntil(id, (state) => state.phase === "stuck");
        expect(stuck).toMatchObject({
          cause: {
            reason: `Service ${world.namespace("staging")}/backend selects ${idle}: somebody else changed it meanwhile`,
          },
          trouble: expect.stringContaining("somebody else switched it"),
        });
        expect(await coloursOf(world, "backend")).toMatchObject({ live: idle });
        await expectSoundRecord(world, id);
        await byHand(world, "services", "backend", { spec: { selector: { version: live } } });
        await close(id);
      });

      it("who changed the new colour before the switch: what they put there never takes traffic", async () => {
        const before = await coloursOf(world, "backend");
        const { id } = await begin();
        await workUntil(id, isPending("switch"));
        const name = (await coloursOf(world, "backend")).colours[before.idle]?.name.split("/")[1] ?? "";
        const other = before.colours[before.live]?.digest;
        const containers = [{ name: "backend", image: `${world.sandbox.registryHost}/demo-backend@${other}` }];
        await byHand(world, "deployments", name, { spec: { template: { spec: { containers } } } });
        const done = await workUntil(id, (state) => state.phase === "rolledBack");
        expect(done).toMatchObject({
          cause: { reason: expect.stringContaining("was changed by somebody else before") },
        });
        const after = await coloursOf(world, "backend");
        expect(after).toMatchObject({ live: before.live, colours: { [before.idle]: { digest: other } } });
      });

      it("who points the Service elsewhere while it is watched: it is not pointed back, a person decides", async () => {
        const { live } = await coloursOf(world, "backend");
        const { id } = await begin();
        await workUntil(id, (state) => state.phase === "verifying");
        await byHand(world, "services", "backend", { spec: { selector: { version: "maintenance" } } });
        const stuck = await workUntil(id, (state) => state.phase === "stuck");
        expect(stuck).toMatchObject({ trouble: expect.stringContaining('says "version: maintenance"') });
        const { spec } = (await byHand(world, "services", "backend")) as { spec: { selector: object } };
        expect(spec.selector).toMatchObject({ version: "maintenance" });
        await byHand(world, "services", "backend", { spec: { selector: { version: live } } });
        await close(id);
      });
    });
  });
}
