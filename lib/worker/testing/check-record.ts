import { expect } from "vitest";
import { sql } from "@/lib/db/sql";
import type { DemoWorld } from "@/lib/engine/testing/demo-world";
import { exportLedger } from "@/lib/ledger/export";
import { loadPromotionEntries } from "@/lib/ledger/load";
import { replayProject } from "@/lib/ledger/replay";
import { verifyLines } from "@/lib/ledger/verify";

/**
 * What must be true of a promotion's record whatever happened to the processes that carried it: every effect has an
 * earlier intent of the same digest and plan, generations only grow and the target carries the last one, the chain
 * verifies, and replaying it gives the stored state.
 */
export async function expectSoundRecord(
  world: Pick<DemoWorld, "pool">,
  promotion: string,
  project = "demo",
): Promise<void> {
  const entries = await loadPromotionEntries(world.pool, project, promotion);
  const intents = new Map<string, { digest: string; planHash: string; generation: number }>();
  let planHash = "";
  const highest = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === "promotion.requested" || entry.kind === "promotion.replanned") planHash = entry.data.planHash;
    if (entry.kind === "rollout.requested" || entry.kind === "revert.requested") {
      const { service, digest, generation } = entry.data;
      expect(entry.data.planHash).toBe(planHash);
      expect(generation).toBeGreaterThan(highest.get(service) ?? 0);
      highest.set(service, generation);
      intents.set(service, { digest, planHash: entry.data.planHash, generation });
    }
    if (entry.kind === "rollout.accepted" || entry.kind === "revert.accepted") {
      expect(intents.get(entry.data.service)?.planHash).toBe(planHash);
    }
    if (entry.kind === "rollout.observed") expect(intents.get(entry.data.service)?.digest).toBe(entry.data.runs);
  }
  const active = await world.pool.query<{ service: string; count: number }>(
    sql`select service, count(*) as count from rollout where project = ${project} and active group by service, environment having count(*) > 1`,
  );
  expect(active).toEqual([]);
  expect(await verifyLines(exportLedger(world.pool, project))).toMatchObject({ kind: "intact" });
  expect((await replayProject(world.pool, project)).differences).toEqual([]);
}

/** The fencing number that a deployment's target carries in the cluster at this moment. */
export async function targetGeneration(world: DemoWorld, service: string, environment: string): Promise<number> {
  const target = await world.engine.world.target("demo", "cluster");
  const seen = await target.observe({
    kind: "kubernetes",
    connection: "cluster",
    namespace: world.namespace(environment),
    workload: { kind: "deployment", name: service },
    container: service,
  });
  return seen.generation;
}
