import { afterAll, beforeAll, expect, it } from "vitest";
import { frameAt } from "@/components/promotion/replay-frame";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { applyCanary, stageRoute } from "@/lib/engine/testing/canary-stage";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { NotFound } from "@/lib/pipeline/errors";
import { loadPromotionPage } from "@/lib/queries/promotion-page";
import { loadPromotionReplay, type ReplayView } from "@/lib/queries/promotion-replay";

let world: DemoWorld;
let wentBack: string;

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  await stageRoute(world, "backend", "httpRoute");
  await applyCanary(world, "backend", { route: "httpRoute" });
  const { key } = await world.release("backend", "v1.1.0", "errors");
  wentBack = await ask(key);
  await world.withWorker(() => world.ended(wentBack));
});
afterAll(() => world?.close());

const now = () => new Date().toISOString();

async function ask(release: string): Promise<string> {
  const input = { project: "demo", environment: "staging", release, idempotencyKey: release };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}

const frameOf = ({ moments }: ReplayView, place: number) => frameAt(moments, place);

it("begins with the start and ends as the page shows the promotion", async () => {
  const replay = await loadPromotionReplay(world.pool, world.people.vera, wentBack, now());
  const page = await loadPromotionPage(world.pool, world.people.vera, wentBack, now());
  expect(page.replay).toEqual({ from: replay.moments[0]?.seq, to: replay.moments.at(-1)?.seq });
  expect(replay.entries).toBe(replay.moments.length);
  const last = frameOf(replay, replay.moments.length - 1);
  // What was seen of the canary's pods is not in the ledger.
  const canaries = page.canaries.map((one) => ({ ...one, seen: null, steers: [] }));
  expect(page).toMatchObject({ ...last, canaries: page.canaries });
  expect(last.canaries).toEqual(canaries);
  expect(last.phase).toBe("rolledBack");
});

it("shows each share while it was there, and nothing of what came after", async () => {
  const replay = await loadPromotionReplay(world.pool, world.people.vera, wentBack, now());
  const at = replay.moments.findIndex((one) => one.kind === "rollout.stepDone" && one.about?.startsWith("weight:25"));
  const frame = frameOf(replay, at);
  expect(frame).toMatchObject({ phase: "rollingOut", ended: false, cause: null, canaries: [{ weight: 25, next: 50 }] });
  expect(frame.rollouts[0]?.steps.map((one) => one.status).slice(0, 3)).toEqual(["done", "done", "pending"]);
  const before = frameOf(replay, at - 1);
  expect(before.canaries[0]?.weight).toBe(0);
});

it("has nothing of one that has not ended, and of nobody who may not see it", async () => {
  const { key } = await world.release("backend", "v1.2.0");
  const open = await ask(key);
  expect((await loadPromotionReplay(world.pool, world.people.vera, open, now())).moments).toEqual([]);
  expect((await loadPromotionPage(world.pool, world.people.vera, open, now())).replay).toBeNull();
  const stranger = { ...world.people.vera, grants: [], administrator: false };
  await expect(loadPromotionReplay(world.pool, stranger, wentBack, now())).rejects.toThrow(NotFound);
  await expect(loadPromotionReplay(world.pool, world.people.vera, "demo-999", now())).rejects.toThrow(NotFound);
});
