import { signInDemoPeople } from "@/lib/auth/sign-in-demo-people";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { approve } from "@/lib/commands/approve";
import { recordScan } from "@/lib/commands/record-scan";
import { reportCheck } from "@/lib/commands/report-check";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { rollBack } from "@/lib/commands/roll-back";
import { tick } from "@/lib/commands/tick";
import { createPool, type Pool } from "@/lib/db/pool";
import { createTestDatabase } from "@/lib/db/test-database";
import { composeEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { Observer } from "@/lib/engine/observe";
import { allFound, type DemoWorld, sandboxKubectl, until } from "@/lib/engine/testing/demo-world";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { hasEnded, type PromotionState } from "@/lib/pipeline/promotion/state";
import { WorkLoop } from "@/lib/worker/work-loop";
import { buildImage, type Fault } from "@/sandbox/images";
import { type Example, sandboxProjectFile } from "@/sandbox/project-files";
import { pushImage } from "@/sandbox/push-image";
import { buildScanReport } from "@/sandbox/scan-report";
import { platformsOf } from "@/sandbox/seed-platforms";
import { type Sandbox, startSandbox } from "@/sandbox/start-sandbox";

/** An example platform as it is written, in a sandbox of its own, with a worker at work; its times are so much shorter. */
export interface PlatformWorld {
  project: Example;
  pool: Pool;
  engine: Engine;
  people: DemoWorld["people"];
  sandbox: Sandbox;
  /** The project file that it runs by. */
  text: string;
  apply(text: string): Promise<void>;
  kubectl(path: string): Promise<Record<string, unknown>>;
  /** Builds an image, pushes and announces it, with the scan and the test runs that a CI job reports. */
  build(service: string, version: string, fault?: Fault): Promise<{ key: string; digest: string }>;
  /** Asks for it there; people open what gates ask of them. */
  promote(release: string, environment: string): Promise<string>;
  rollBack(service: string, environment: string): Promise<string>;
  until(id: string, accept: (state: PromotionState) => boolean): Promise<PromotionState>;
  ended(id: string): Promise<PromotionState>;
  close(): Promise<void>;
}

/** Two hours are a second. */
const timesFaster = 7200;
const waitMsMax = 120_000;

export async function createPlatformWorld(project: Example): Promise<PlatformWorld> {
  const [database, sandbox] = await Promise.all([createTestDatabase(), startSandbox({ speed: 20, seed: [project] })]);
  const pool = createPool(database.url);
  const engine = { ...composeEngine(pool), log: () => undefined };
  const stop = new AbortController();
  const observer = new Observer(engine, stop.signal);
  const loop = new WorkLoop(engine, { concurrency: 8, sweepMs: 200 });
  let count = 0;
  const world: PlatformWorld = {
    ...{ project, pool, engine, sandbox, people: await signInDemoPeople(pool) },
    text: await sandboxProjectFile(project, sandbox, timesFaster),
    async apply(text) {
      const applied = await applyDocuments(engine, world.people.ada, { text }, { operator: true });
      if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
    },
    kubectl: (path) => sandboxKubectl(sandbox, "GET", path),
    build: (service, version, fault) => build(world, service, version, fault),
    async promote(release, environment) {
      const input = { project, environment, release, idempotencyKey: `platform-${++count}` };
      const asked = await requestPromotion(engine, world.people.rita, input);
      if (asked.kind === "rejection") throw new Error(`${release} to ${environment}: ${asked.message}`);
      await openGates(world, asked.state.id);
      return asked.state.id;
    },
    async rollBack(service, environment) {
      const input = { project, environment, services: [service], idempotencyKey: `platform-${++count}` };
      const asked = await rollBack(engine, world.people.rita, input);
      if (asked.kind === "rejection") throw new Error(`${service} in ${environment}: ${asked.message}`);
      return asked.state.id;
    },
    until: (id, accept) => until(pool, id, accept, waitMsMax),
    ended: (id) => world.until(id, (state) => hasEnded(state.phase) || state.phase === "stuck"),
    async close() {
      stop.abort();
      await loop.stop(5_000);
      await observer.close();
      await sandbox.close();
      await pool.close();
      await database.close();
    },
  };
  await world.apply(world.text);
  world.people = await signInDemoPeople(pool);
  await observer.refresh();
  await allFound(pool);
  loop.start();
  return world;
}

async function build(world: PlatformWorld, service: string, version: string, fault?: Fault) {
  const { project, engine, people, sandbox } = world;
  const [plan] = platformsOf([project]);
  const repository = plan?.services.find((one) => one.name === service)?.repository ?? "";
  const commit = Buffer.from(`${service} ${version}`).toString("hex").padEnd(40, "0").slice(0, 40);
  const content = `${project} ${service} ${version}`;
  const image = buildImage({ content, version, fault, revision: commit, source: plan?.source, healthcheck: true });
  const digest = await pushImage(image, { registryUrl: sandbox.registryUrl, repository, tag: version });
  const announced = await announceRelease(engine, people.rita, {
    project,
    version,
    artifacts: [{ service, image: `${repository}@${digest}` }],
  });
  if (announced.kind === "rejection") throw new Error(announced.message);
  const report = buildScanReport({ repository, digest, created: engine.now() }, []);
  await recordScan(engine, people.rita, { project, digest, report });
  if (project === "antigravity") {
    for (const name of ["suite", "rollback-rehearsal"])
      await reportCheck(engine, people.rita, { project, environment: "staging", digest, name, status: "passed" });
  }
  return { key: announced.key, digest };
}

/** Says yes and ticks whatever is asked, as often as the plan changes, until it begins. */
async function openGates({ engine, people, pool, project }: PlatformWorld, id: string): Promise<void> {
  const end = performance.now() + waitMsMax;
  for (;;) {
    const state = await loadPromotion(pool, project, id);
    if (!state || (state.phase !== "waiting" && state.phase !== "queued")) return;
    if (performance.now() > end) throw new Error(`${id} waits: ${JSON.stringify(state.verdicts)}`);
    const { planHash, plan } = state;
    for (const [gate, one] of plan.gates.entries()) {
      if (one.kind === "approval")
        for (const person of [people.arjun, people.ada]) await approve(engine, person, { promotion: id, planHash });
      if (one.kind !== "checklist") continue;
      for (const item of one.items.keys())
        await tick(engine, people.rita, { promotion: id, planHash, gate, item, ticked: true });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
