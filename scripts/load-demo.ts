/**
 * Fills an empty installation with the sandbox's platforms: applies their project files, announces their releases,
 * and lets Rita promote some to staging, so that there is something to see. Does nothing where projects exist.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { signInDemoPeople } from "@/lib/auth/sign-in-demo-people";
import { announceRelease } from "@/lib/commands/announce-release";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { recordScan } from "@/lib/commands/record-scan";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { formatDocumentError } from "@/lib/config/document-error";
import { databaseUrl } from "@/lib/db/client";
import { createPool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { composeEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { examples, type SandboxAddresses, sandboxProjectFile } from "@/sandbox/project-files";
import type { SeedList, SeedRelease } from "@/sandbox/seed-list";

/** What Rita brings to staging at the first start: one of each project, the first of them on to production. */
const stagings = { veza: "backend@v2.4.1-rc.2", miniredis: "node-manager@v0.6.0-rc.9" } as const;
const storyMsMax = 60_000;

async function main(): Promise<void> {
  const sandbox = readSandbox();
  const pool = createPool(databaseUrl(), { applicationName: "waybill-demo" });
  try {
    const [{ count }] = (await pool.query<{ count: number }>(sql`select count(*) as count from project`)) as [
      { count: number },
    ];
    if (count > 0) return;
    const engine = composeEngine(pool);
    const { ada } = await signInDemoPeople(pool);
    const seed = await readSeed(sandbox);
    await applyExamples(engine, ada, sandbox, seed);
    const { rita } = await signInDemoPeople(pool);
    await announceAll(engine, rita, seed);
    await tellStory(engine, rita);
  } finally {
    await pool.close();
  }
}

function readSandbox(): SandboxAddresses {
  const told = process.env.WAYBILL_SANDBOX;
  if (told === undefined) throw new Error("WAYBILL_SANDBOX is not set: the demo needs the sandbox's addresses");
  return JSON.parse(told) as SandboxAddresses;
}

async function readSeed(sandbox: SandboxAddresses): Promise<SeedList> {
  const answer = await fetch(`${sandbox.servicesUrl}/sandbox/seed`);
  return (await answer.json()) as SeedList;
}

/** The files of those platforms that the sandbox was seeded with. */
async function applyExamples(
  engine: Engine,
  ada: PersonPrincipal,
  sandbox: SandboxAddresses,
  seed: SeedList,
): Promise<void> {
  for (const example of examples.filter((name) => seed.projects.some((project) => project.name === name))) {
    const applied = await applyDocuments(
      engine,
      ada,
      { text: await sandboxProjectFile(example, sandbox) },
      { operator: true },
    );
    if (applied.kind === "invalidDocuments") {
      throw new Error(applied.errors.map((error) => formatDocumentError(error, `examples/${example}`)).join("\n"));
    }
    console.log(`${example} applied`);
  }
}

async function announceAll(engine: Engine, rita: PersonPrincipal, seed: SeedList): Promise<void> {
  for (const { name: project, releases, services } of seed.projects) {
    for (const release of releases) await announce(engine, rita, project, release);
    for (const { digest, report } of services.flatMap((one) => one.images)) {
      if (report) await upload(engine, rita, project, digest, report);
    }
    console.log(`${project}: ${releases.length} releases announced`);
  }
}

async function announce(engine: Engine, rita: PersonPrincipal, project: string, release: SeedRelease): Promise<void> {
  const announced = await announceRelease(engine, rita, {
    project,
    version: release.name,
    ...(release.artifacts.length > 1 ? { name: release.name } : {}),
    artifacts: release.artifacts.map((one) => ({ service: one.service, image: `${one.repository}@${one.digest}` })),
  });
  if (announced.kind === "rejection") throw new Error(`${project} ${release.name}: ${announced.message}`);
}

async function upload(engine: Engine, rita: PersonPrincipal, project: string, digest: string, report: object) {
  const recorded = await recordScan(engine, rita, { project, digest, report });
  if (recorded.kind === "rejection") throw new Error(`${project} ${digest}: ${recorded.message}`);
}

/** Two releases go to staging through the worker, as anybody's would; one of them then waits for Arjun's yes. */
async function tellStory(engine: Engine, rita: PersonPrincipal): Promise<void> {
  const { veza, miniredis } = stagings;
  const known = await engine.pool.query(sql`select from project where name in ('veza', 'miniredis')`);
  if (known.length < 2) return;
  await promote(engine, rita, "miniredis", miniredis, "staging");
  const first = await promote(engine, rita, "veza", veza, "staging");
  const until = performance.now() + storyMsMax;
  while (first !== undefined && performance.now() < until) {
    const [row] = await engine.pool.query<{ phase: string }>(sql`select phase from promotion where id = ${first}`);
    if (row?.phase === "succeeded") {
      await promote(engine, rita, "veza", veza, "production");
      return;
    }
    if (
      row?.phase !== "rollingOut" &&
      row?.phase !== "verifying" &&
      row?.phase !== "waiting" &&
      row?.phase !== "queued"
    )
      return;
    await pause(500);
  }
}

async function promote(engine: Engine, rita: PersonPrincipal, project: string, release: string, environment: string) {
  await foundRunning(engine, project, release, environment);
  const idempotencyKey = `demo:${project}:${release}:${environment}`;
  const asked = await requestPromotion(engine, rita, { project, environment, release, idempotencyKey });
  if (asked.kind === "rejection") {
    console.log(`${release} does not go to ${environment}: ${asked.message}`);
    return undefined;
  }
  console.log(`${asked.state.id}: ${release} to ${environment}, ${asked.state.phase}`);
  return asked.state.id;
}

/** A plan made before the worker's first look would be another one right after it. */
async function foundRunning(engine: Engine, project: string, release: string, environment: string): Promise<void> {
  const until = performance.now() + 15_000;
  while (performance.now() < until) {
    const [row] = await engine.pool.query<{ missing: number }>(
      sql`select count(*) as missing from deployment d join artifact a on a.project = d.project and a.service = d.service
           where a.project = ${project} and a.release = ${release} and d.environment = ${environment} and d.observed_at is null`,
    );
    if (row?.missing === 0) return;
    await pause(200);
  }
}

await main();
