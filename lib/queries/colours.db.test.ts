import { afterAll, beforeAll, expect, it } from "vitest";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { evolve } from "@/lib/pipeline/promotion/evolve";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { loadColours } from "@/lib/queries/colours";
import { loadPromotionPage } from "@/lib/queries/promotion-page";

let world: DemoWorld;
beforeAll(async () => {
  world = await createDemoWorld({ blueGreen: "{ watch: 1s, keepOldFor: 1h, deadline: 5m }" });
});
afterAll(() => world?.close());

it("shows the pods of the colour that comes up until the Service selects it", async () => {
  const { key, digest } = await world.release("backend", "v1.1.0");
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey: "two colours" };
  const asked = await requestPromotion(world.engine, world.people.rita, input);
  if (asked.kind === "rejection") throw new Error(asked.message);
  const { id } = asked.state;
  expect((await world.ended(id)).phase).toBe("succeeded");

  // The state after each entry, against what the looks on the way have left.
  const shown: [string, number][] = [];
  let state: PromotionState | undefined;
  for (const entry of await loadPromotionEntries(world.pool, "demo", id)) {
    state = evolve(state, entry);
    if (!state || !entry.kind.startsWith("rollout.step")) continue;
    const [colour, ...others] = await loadColours(world.pool, state);
    expect(others).toEqual([]);
    shown.push([entry.kind, colour?.pods.length ?? 0]);
    if (!colour) continue;
    expect(colour).toMatchObject({ service: "backend", colour: "green", ready: 2, desired: 2 });
    expect(colour.pods.every((pod) => pod.digest === digest && pod.ready)).toBe(true);
  }
  expect(shown.at(-1)).toEqual(["rollout.stepDone", 0]);
  expect(shown.filter(([, pods]) => pods === 2).length).toBeGreaterThan(3);
  expect((await loadPromotionPage(world.pool, world.people.vera, id, new Date().toISOString())).colours).toEqual([]);
});
