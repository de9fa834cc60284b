import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { planSteps } from "@/components/promotion/plan-steps";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { freshEvidence, lookAtCanaries } from "@/lib/engine/fresh-evidence";
import { applyCanary, removeCanaryByHand, setWeightByHand, stageRoute } from "@/lib/engine/testing/canary-stage";
import { untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotePreview } from "@/lib/queries/promote-preview";
import { loadPromotionPage } from "@/lib/queries/promotion-page";

let world: DemoWorld;
let key: string;
const routes = "/apis/gateway.networking.k8s.io/v1/namespaces/demo-staging/httproutes";
const services = "/api/v1/namespaces/demo-staging/services";
const deployments = "/apis/apps/v1/namespaces/demo-staging/deployments";

beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
  ({ key } = await world.release("backend", "v1.1.0"));
  await applyCanary(world, "backend", { route: "httpRoute" });
});
afterAll(() => world?.close());
beforeEach(() => stageRoute(world, "backend", "httpRoute"));

const now = () => new Date().toISOString();

/** What a preview says after somebody has looked at the place. */
async function preview() {
  const subject = { kind: "promote", project: "demo", environment: "staging", release: key };
  const read = () => loadPromotePreview(world.pool, world.people.rita, subject, now());
  await world.pool.execute(sql`delete from outside_evidence`);
  const first = await read();
  if (first.kind !== "preview") throw new Error(first.message);
  expect(first.grounds).toEqual([{ service: "backend", standing: "unknown", why: null, seenAt: null }]);
  expect(await freshEvidence(first.plan, world.engine)).toBe(true);
  const view = await read();
  if (view.kind !== "preview") throw new Error(view.message);
  return view;
}

async function ask(idempotencyKey: string) {
  const input = { project: "demo", environment: "staging", release: key, idempotencyKey };
  return requestPromotion(world.engine, world.people.rita, input);
}

it("says that the place of a canary is as it must be", async () => {
  const { grounds, refusal } = await preview();
  expect(grounds).toMatchObject([{ service: "backend", standing: "possible", why: null }]);
  expect(refusal).toBeNull();
});

async function otherBackend() {
  await world.kubectl("DELETE", `${routes}/backend`);
  const spec = { rules: [{ backendRefs: [{ name: "chat", port: 80 }] }] };
  await world.kubectl("POST", routes, { metadata: { name: "backend" }, spec });
}

it.each<[string, () => Promise<unknown>, RegExp]>([
  ["no route", () => world.kubectl("DELETE", `${routes}/backend`), /HTTPRoute.*backend/],
  [
    "no Service",
    () => world.kubectl("DELETE", `${services}/backend-canary`),
    /no Service demo-staging\/backend-canary/,
  ],
  ["a rule with other backends", () => otherBackend(), /backend/],
  [
    "a share that is not none",
    () => setWeightByHand(world, "backend", 10),
    /10 %.*before anything has begun: set its weight to 0/,
  ],
])(
  "refuses a plan with %s in its place, in the preview and at the request, and changes nothing",
  async (_, spoil, why) => {
    await spoil();
    const { grounds, refusal } = await preview();
    expect(grounds).toMatchObject([{ standing: "impossible", why: expect.stringMatching(why) }]);
    expect(refusal).toMatchObject({ code: "noCanary", message: expect.stringMatching(why) });
    expect(await ask(`spoiled ${why}`)).toMatchObject({ kind: "rejection", code: "noCanary" });
    const [count] = await world.pool.query<{ count: number }>(sql`select count(*) as count from promotion`);
    expect(count?.count).toBe(0);
    await stageRoute(world, "backend", "httpRoute");
    expect((await preview()).refusal).toBeNull();
  },
);

it("refuses a request without a preview too, where this process may look, and leaves it to the first step where not", async () => {
  await world.kubectl("DELETE", `${routes}/backend`);
  await world.pool.execute(sql`delete from outside_evidence`);
  const wanted = { project: "demo", environment: "staging", release: key };
  vi.stubEnv("WAYBILL_ROLE", "web");
  await lookAtCanaries(wanted, world.engine);
  expect(await world.pool.query(sql`select from outside_evidence`)).toEqual([]);
  vi.stubEnv("WAYBILL_ROLE", "all");
  await lookAtCanaries({ ...wanted, release: "backend@v0.0.0" }, world.engine);
  await lookAtCanaries(wanted, world.engine);
  vi.unstubAllEnvs();
  expect(await ask("without a preview")).toMatchObject({ kind: "rejection", code: "noCanary" });
});

it("says unknown where the cluster does not answer, or the look is old: that refuses nothing by itself", async () => {
  await preview();
  await world.pool.execute(sql`update outside_evidence set observed_at = now() - interval '1 minute'`);
  const subject = { kind: "promote", project: "demo", environment: "staging", release: key };
  const old = await loadPromotePreview(world.pool, world.people.rita, subject, now());
  expect(old).toMatchObject({ refusal: null, grounds: [{ standing: "unknown", why: null }] });
  await world.pool.execute(
    sql`update outside_evidence set value = null, trouble = 'the cluster is away', observed_at = now()`,
  );
  const away = await loadPromotePreview(world.pool, world.people.rita, subject, now());
  expect(away).toMatchObject({ refusal: null, grounds: [{ standing: "unknown", why: "the cluster is away" }] });
});

it("skips the canary of a first deployment, and says so in the preview and on the page", async () => {
  await removeCanaryByHand(world, "backend");
  await world.kubectl("DELETE", `${deployments}/backend`);
  await untilCell(world, "backend", "staging", (cell) => cell.observed === null);
  // As of a place where nothing was ever seen running.
  await world.pool.execute(
    sql`update deployment set wanted_digest = null, wanted_version = null where service = 'backend' and environment = 'staging'`,
  );
  const image = `${new URL(world.sandbox.registryUrl).host}/demo-backend:never-pushed`;
  await world.kubectl("POST", deployments, {
    metadata: { name: "backend" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "backend" } },
      template: {
        metadata: { labels: { app: "backend", track: "stable" } },
        spec: { containers: [{ name: "backend", image }] },
      },
    },
  });
  const subject = { kind: "promote", project: "demo", environment: "staging", release: key };
  const view = await loadPromotePreview(world.pool, world.people.rita, subject, now());
  if (view.kind !== "preview") throw new Error(view.message);
  expect(view.grounds).toEqual([]);
  expect(planSteps(view.plan)[0]?.lines[0]).toMatch(/^no canary: the first deployment goes at once/);
  const asked = await ask("first deployment");
  if (asked.kind === "rejection") throw new Error(asked.message);
  const { id } = asked.state;
  expect((await world.withWorker(() => world.ended(id))).phase).toBe("succeeded");
  const page = await loadPromotionPage(world.pool, world.people.vera, id, now());
  expect(page.canaries).toEqual([]);
  expect(page.rollouts[0]?.steps.map(({ kind, status, words }) => [kind, status, words])).toEqual([
    ["startCanary", "skipped", expect.stringMatching(/^the first deployment goes at once/)],
    ["promoteStable", "done", expect.any(String)],
  ]);
});
