import { randomUUID } from "node:crypto";
import { AppsV1Api, KubeConfig, PatchStrategy, setHeaderOptions, Watch } from "@kubernetes/client-node";
import { withBenchDatabase } from "@/bench/bench-database";
import { describeMs, percentile } from "@/bench/percentile";
import {
  BUSY,
  bare,
  createPromoteWorld,
  inFlight,
  PROJECT,
  type PromoteWorld,
  quick,
  until,
} from "@/bench/promote-world";
import type { Row } from "@/bench/row";
import { loadPerson } from "@/lib/auth/people";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { afterCommand } from "@/lib/engine/after-command";

const SAMPLES = 120;
const WARM_UP = 20;
const AIM_MS = 100;

/** From the action to the PATCH that the cluster accepted, against a bare PATCH, while 100 others are in flight. */
export async function run(): Promise<Row[]> {
  return await withBenchDatabase(async (url) => {
    process.env.WAYBILL_DATABASE_URL = url;
    process.env.WAYBILL_ROLE = "all";
    // The sandbox is on this machine.
    process.env.WAYBILL_OUTBOUND = "loopback";
    const world = await createPromoteWorld(url, (SAMPLES + WARM_UP) / quick.length);
    const sightings = await watchPromotions(world);
    try {
      const { action, patch } = await sample(world, sightings);
      const { rollingOut, verifying } = await inFlight(world.engine);
      if (rollingOut + verifying < BUSY)
        throw new Error(`only ${rollingOut + verifying} of ${BUSY} are still in flight`);
      const more = percentile(action, 0.5) - percentile(patch, 0.5);
      return [
        {
          what: `promote: action to accepted PATCH, ${rollingOut} others rolling out and ${verifying} verifying`,
          measured: describeMs(action),
          against: `${describeMs(patch)} for a bare PATCH by client-node`,
          figure: `+${more.toFixed(1)} ms at p50`,
          aim: `≤ +${AIM_MS} ms`,
          met: more <= AIM_MS,
        },
      ];
    } finally {
      sightings.stop();
      await world.stop();
      await world.engine.pool.close();
    }
  });
}

async function sample(world: PromoteWorld, sightings: Sightings): Promise<{ action: number[]; patch: number[] }> {
  const action: number[] = [];
  const patch: number[] = [];
  const patchBare = barePatch(world);
  for (let index = 0; index < WARM_UP + SAMPLES; index++) {
    const service = quick[index % quick.length] ?? "";
    const round = 1 + Math.floor(index / quick.length);
    await free(world, service);
    const patched = await patchBare(index % bare.length, round);
    const promoted = await promote(world, sightings, service, `v1.${round}.0`);
    if (index < WARM_UP) continue;
    patch.push(patched);
    action.push(promoted);
  }
  return { action, patch };
}

/** What a server action does, until the cluster says that it took the change. */
async function promote(world: PromoteWorld, sightings: Sightings, service: string, version: string): Promise<number> {
  const { engine, manager } = world;
  const began = performance.now();
  const principal = await loadPerson(engine.pool, manager.id);
  if (!principal) throw new Error("who asks is not known");
  const release = `${service}@${version}`;
  const asked = { project: PROJECT, environment: "testing", release, idempotencyKey: randomUUID() };
  const requested = await requestPromotion(engine, principal, asked);
  if (requested.kind === "rejection") throw new Error(`${release}: ${requested.message}`);
  const seen = sightings.of(requested.state.id);
  await afterCommand(requested.state.id);
  return (await seen) - began;
}

/** No promotion of the service is under way: the place is free for the next. */
async function free({ engine }: PromoteWorld, service: string): Promise<void> {
  await until(`the promotion of ${service} has ended`, async () => {
    const [row] = await engine.pool.query<{ open: number }>(
      sql`select count(*) as open from promotion
           where project = ${PROJECT} and environment = 'testing' and ${service} = any(services) and ended_at is null`,
    );
    return row?.open === 0;
  });
}

/** One PATCH of an image by the official client, and how long until its answer is there. */
function barePatch({ sandbox, images }: PromoteWorld): (which: number, round: number) => Promise<number> {
  const config = new KubeConfig();
  config.loadFromFile(sandbox.kubeconfigPath);
  const apps = config.makeApiClient(AppsV1Api);
  const headers = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);
  return async (which, round) => {
    const name = bare[which] ?? "";
    const image = `${sandbox.registryHost}/${name}@${images.get(`${name}@v1.${round % 2}.0`)}`;
    const body = { spec: { template: { spec: { containers: [{ name, image }] } } } };
    const began = performance.now();
    await apps.patchNamespacedDeployment({ namespace: "bench-bare", name, body }, headers);
    return performance.now() - began;
  };
}

interface Sightings {
  /** When the cluster first said that a workload carries this promotion, by performance.now(). */
  of(promotion: string): Promise<number>;
  stop(): void;
}

/** Whoever sent the PATCH, this process or the worker: what counts is that the cluster reports it. */
async function watchPromotions({ sandbox }: PromoteWorld): Promise<Sightings> {
  const config = new KubeConfig();
  config.loadFromFile(sandbox.kubeconfigPath);
  const seen = new Map<string, number>();
  const waiting = new Map<string, (at: number) => void>();
  let failed: unknown;
  const controller = await new Watch(config).watch(
    "/apis/apps/v1/namespaces/bench-testing/deployments",
    {},
    (_type, object: { metadata?: { annotations?: Record<string, string> } }) => {
      const promotion = object.metadata?.annotations?.["waybill.dev/promotion"];
      if (promotion === undefined || seen.has(promotion)) return;
      const at = performance.now();
      seen.set(promotion, at);
      waiting.get(promotion)?.(at);
    },
    (error) => {
      failed = error ?? new Error("the watch ended");
    },
  );
  return {
    of: (promotion) =>
      new Promise((resolve, reject) => {
        const at = seen.get(promotion);
        if (at !== undefined) return resolve(at);
        waiting.set(promotion, resolve);
        const giveUp = () => reject(failed ?? new Error(`the cluster did not report ${promotion} within 30 s`));
        setTimeout(giveUp, 30_000).unref();
      }),
    stop: () => controller.abort(),
  };
}
