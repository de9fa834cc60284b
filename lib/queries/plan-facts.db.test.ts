import { afterAll, beforeAll, expect, it } from "vitest";
import { announceRelease } from "@/lib/commands/announce-release";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { sql } from "@/lib/db/sql";
import { untilCell } from "@/lib/engine/testing/cells";
import { createDemoWorld, type DemoWorld } from "@/lib/engine/testing/demo-world";
import { loadPromotePreview, type PreviewSubject, type PreviewView } from "@/lib/queries/promote-preview";
import { buildImage } from "@/sandbox/images";
import { pushImage } from "@/sandbox/push-image";

let world: DemoWorld;
beforeAll(async () => {
  world = await createDemoWorld({ worker: false });
});
afterAll(() => world?.close());

const staging = { project: "demo", environment: "staging" };

async function announce(version: string, migration?: string): Promise<string> {
  const image = buildImage({ content: `backend ${version}`, version });
  const { registryUrl } = world.sandbox;
  const digest = await pushImage(image, { registryUrl, repository: "demo-backend", tag: version });
  const artifacts = [{ service: "backend", image: `demo-backend@${digest}`, ...(migration ? { migration } : {}) }];
  const answer = await announceRelease(world.engine, world.people.rita, { project: "demo", version, artifacts });
  if (answer.kind === "rejection") throw new Error(answer.message);
  return answer.key;
}

async function succeed(release: string): Promise<void> {
  const asked = await requestPromotion(world.engine, world.people.rita, {
    ...staging,
    release,
    idempotencyKey: release,
  });
  if (asked.kind === "rejection") throw new Error(asked.message);
  expect((await world.withWorker(() => world.ended(asked.state.id))).phase).toBe("succeeded");
}

async function previewOf(subject: PreviewSubject): Promise<PreviewView> {
  const view = await loadPromotePreview(world.pool, world.people.vera, subject, new Date().toISOString());
  if (view.kind !== "preview") throw new Error(view.message);
  return view;
}
const wayBackOf = async (subject: PreviewSubject) => (await previewOf(subject)).facts[0]?.wayBack;

/** Sets a variable of the workload's container, as `kubectl set env` does it. */
async function setVariable(value: string): Promise<void> {
  const { clusterUrl, tokens } = world.sandbox;
  const path = "/apis/apps/v1/namespaces/demo-staging/deployments/backend";
  const container = { name: "backend", env: [{ name: "MODE", value }], envFrom: [{ secretRef: { name: "db" } }] };
  const answer = await fetch(`${clusterUrl}${path}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${tokens.admin}`, "content-type": "application/strategic-merge-patch+json" },
    body: JSON.stringify({ spec: { template: { spec: { containers: [container] } } } }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

it("knows before a promotion what going back would undo, and whether it would run with what it was verified with", async () => {
  const releases = [
    await announce("v2.0.0", "none"),
    await announce("v2.1.0"),
    await announce("v2.2.0", "irreversible"),
    await announce("v2.3.0", "reversible"),
  ];
  const [first = "", second = "", third = "", fourth = ""] = releases;
  const promote = (release: string): PreviewSubject => ({ kind: "promote", ...staging, release });

  // What runs was found there: it was never announced, and never verified.
  expect(await wayBackOf(promote(first))).toMatchObject({
    ...{ verifiedAt: null, undone: null, config: { verified: null, present: expect.any(String) } },
    reads: { configMaps: [], secrets: [], volumeClaims: [] },
  });
  await succeed(first);
  const config = { verified: expect.any(String), present: expect.any(String), seenAt: expect.any(String) };
  const afterFirst = await wayBackOf(promote(fourth));
  expect(afterFirst).toMatchObject({
    verifiedAt: expect.any(String),
    config,
    undone: [
      { release: fourth, migration: "reversible" },
      { release: third, migration: "irreversible" },
      { release: second, migration: null },
    ],
    undoneTotal: 3,
  });
  expect(afterFirst?.config.verified).toBe(afterFirst?.config.present);
  expect((await wayBackOf(promote(second)))?.undone).toEqual([{ release: second, migration: null }]);

  const before = await world.pool.query<{ at: string }>(sql`select observed_at as at from deployment`);
  expect(before.length).toBeGreaterThan(0);
  await setVariable("other");
  await untilConfigChanged(afterFirst?.config.present ?? "");
  await untilCell(world, "backend", "staging", (cell) => cell.health === "healthy");
  const changed = await wayBackOf(promote(second));
  expect(changed?.config.verified).toBe(afterFirst?.config.verified);
  expect(changed?.config.present).not.toBe(changed?.config.verified);
  expect(changed?.reads?.secrets).toEqual(["db"]);

  // Each success has its own, so that by now it is unchanged again for what succeeded since.
  await succeed(second);
  const unchanged = await wayBackOf(promote(third));
  expect(unchanged?.config.verified).toBe(unchanged?.config.present);
  const back = await previewOf({ kind: "rollback", ...staging, services: ["backend"] });
  expect(back.plan.services[0]?.to.version).toBe("v2.0.0");
  expect(back.facts[0]?.wayBack).toMatchObject({
    undone: [{ release: second, migration: null }],
    together: ["backend"],
  });
  expect(back.facts[0]?.wayBack?.config.verified).not.toBe(back.facts[0]?.wayBack?.config.present);
});

async function untilConfigChanged(before: string): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    const [row] = await world.pool.query<{ hash: string | null }>(
      sql`select observation->'config'->>'hash' as hash from deployment where service = 'backend' and environment = 'staging'`,
    );
    if (row?.hash && row.hash !== before) return;
    if (performance.now() > end) throw new Error("the change was not seen");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
