import { storedPerson } from "@/lib/api/testing/callers";
import { driftSeen, pushUnannounced, setImageByHand } from "@/lib/api/testing/change-by-hand";
import { storePerson, storeProject } from "@/lib/auth/testing";
import { abort } from "@/lib/commands/abort";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { confirmOverride } from "@/lib/commands/confirm-override";
import { createToken } from "@/lib/commands/create-token";
import { hold, releaseHold } from "@/lib/commands/hold";
import { overrideGate } from "@/lib/commands/override-gate";
import { pin, unpin } from "@/lib/commands/pin";
import { requestPromotion } from "@/lib/commands/request-promotion";
import { unblock } from "@/lib/commands/unblock";
import { json, sql } from "@/lib/db/sql";
import { type DemoWorld, projectFile } from "@/lib/engine/testing/demo-world";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { hasEnded } from "@/lib/pipeline/promotion/state";
import { aCanaryService } from "@/lib/pipeline/promotion/testing/a-plan";
import { pendingSteps } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";

/** A project in which everything that can be done has something to be done to. */
export interface Stage {
  world: DemoWorld;
  /** The project's file as it stands. */
  file: string;
  /** Runs in staging, succeeded there. */
  release: string;
  /** Its digest. */
  announced: string;
  /** Waits in production for an approval, a tick, and a hold. */
  waiting: { id: string; planHash: string };
  /** Was stopped before it began, in production. */
  aborted: string;
  /** In the middle of an analysis, in staging. */
  canary: string;
  /** Stuck in staging. */
  stuck: string;
  block: string;
  /** Runs in production by hand, in the place of `wanted`. */
  drift: string;
  wanted: string;
  /** A promotion with an override: one that asks for a second person, or one to be reviewed. */
  overridden: { id: string; planHash: string };
  /** A change of the file that the deputy administrator proposed. */
  proposal: { id: string; fileHash: string };
  /** A token of the release manager's. */
  token: string;
  /** An image that nobody announced. */
  unannounced: string;
}

/** The project's file with an administrator of its own, and something to tick before production. */
function accessFile({ sandbox }: DemoWorld): string {
  const staff = "- { group: staff, role: viewer }";
  const more = [
    "- { email: chief@example.org, role: administrator }",
    "- { email: overrider@example.org, role: overrider }",
    "- { email: deputy@example.org, role: overrider }",
  ];
  const soak = "- soak: { in: staging, for: 1s }";
  const watched = '/{namespace}/{workload}/health" }], watch: 1s }';
  const triggers = '/{namespace}/{workload}/health" }], watch: 1s, rollBackWhen: [{ webhook: breaker }] }';
  const checklist = "- checklist: { items: [on-call told] }";
  return projectFile(sandbox)
    .replace(watched, triggers)
    .replace(staff, [staff, ...more].join("\n    "))
    .replace(soak, [soak, checklist].join("\n        "));
}

let requests = 0;

async function request({ engine, people }: DemoWorld, release: string, environment: string): Promise<string> {
  const idempotencyKey = `stage-request-${++requests}`;
  const asked = await requestPromotion(engine, people.ada, { project: "demo", environment, release, idempotencyKey });
  if (asked.kind === "rejection") throw new Error(asked.message);
  return asked.state.id;
}

/** Plays the project until it stands as `Stage` says; nothing is under way when this resolves. */
export async function setStage(world: DemoWorld): Promise<Stage> {
  const { engine } = world;
  const { ada } = world.people;
  const file = accessFile(world);
  const applied = await applyDocuments(engine, ada, { text: file }, { operator: true });
  if (applied.kind !== "applied") throw new Error(JSON.stringify(applied));
  const people = [{ kind: "person", email: "stranger@example.org", role: "administrator" } as const];
  await storeProject(world.pool, { name: "other", people, environments: ["staging"] });
  const good = await world.release("backend", "v1.1.0");
  const first = await world.release("chat", "v1.0.1");
  const chat = await world.release("chat", "v1.1.0");
  const broken = await world.release("chat", "v1.2.0", "crash");
  const hanging = await world.release("backend", "v1.3.0", "unready");
  await world.withWorker(async () => {
    for (const { key } of [good, first, chat, broken]) await world.ended(await request(world, key, "staging"));
  });
  const stuck = await request(world, hanging.key, "staging");
  await world.withWorker(async () => {
    await world.until(stuck, (state) => state.phase === "rollingOut" && state.rollouts[0]?.phase === "accepted");
    await setImageByHand(world, "backend", "staging", await pushUnannounced(world, "backend", "foreign"));
    await world.until(stuck, (state) => state.phase === "stuck");
  });
  const drift = await pushUnannounced(world, "chat", "by-hand");
  await setImageByHand(world, "chat", "production", drift);
  await driftSeen(world, "chat", "production", drift);
  await hold(engine, ada, { project: "demo", environment: "production", reason: "nothing starts here" });
  const [cell] = await world.pool.query<{ wanted: string }>(
    sql`select wanted_digest as wanted from deployment where service = 'chat' and environment = 'production'`,
  );
  const [block] = await world.pool.query<{ id: string }>(sql`select id from block where project = 'demo'`);
  const stage = {
    world,
    file,
    release: good.key,
    announced: good.digest,
    stuck,
    block: block?.id ?? "",
    drift,
    wanted: cell?.wanted ?? "",
  };
  const unannounced = await pushUnannounced(world, "backend", "v3.0.0");
  const waiting = await freshWaiting(stage);
  const aborted = await stopWaiting({ world, waiting });
  return {
    ...stage,
    aborted,
    canary: waiting.id,
    overridden: waiting,
    proposal: await freshProposal(stage),
    waiting: await freshWaiting({ ...stage, waiting }),
    token: await freshToken(world),
    unannounced,
  };
}

/** A promotion to production that waits and that nobody has signed. */
export async function freshWaiting(
  stage: Pick<Stage, "world" | "release"> & Partial<Stage>,
): Promise<Stage["waiting"]> {
  const { world, release, waiting } = stage;
  const { engine, people, pool } = world;
  const before = waiting && (await loadPromotion(pool, "demo", waiting.id));
  if (before && !hasEnded(before.phase)) await abort(engine, people.ada, { promotion: before.id, why: "a fresh one" });
  const state = await loadPromotion(pool, "demo", await request(world, release, "production"));
  if (state?.phase !== "waiting") throw new Error(`${state?.id} is ${state?.phase}`);
  return { id: state.id, planHash: state.planHash };
}

/** The one that waits is stopped; its id. */
export async function stopWaiting({ world, waiting }: Pick<Stage, "world" | "waiting">): Promise<string> {
  await abort(world.engine, world.people.ada, { promotion: waiting.id, why: "to be tried again" });
  return waiting.id;
}

/** One whose missing approval somebody overrode; `confirmed` by a second person, and ended, so that it is to be reviewed. */
export async function freshOverridden(stage: Stage, confirmed: boolean): Promise<Stage["waiting"]> {
  const { world } = stage;
  const { engine, people, pool } = world;
  const waiting = await freshWaiting(stage);
  stage.waiting = waiting;
  const { id, planHash } = waiting;
  const state = await loadPromotion(pool, "demo", id);
  const gate = state?.plan.gates.findIndex((one) => one.kind === "approval");
  const deputy = await storedPerson(world, "deputy");
  const words = { reason: "the shop is down", incident: "INC-7" };
  const asked = await overrideGate(engine, deputy, { promotion: id, planHash, gate, ...words });
  if (asked.kind === "rejection") throw new Error(asked.message);
  if (!confirmed) return waiting;
  const chief = await storedPerson(world, "chief");
  const told = await confirmOverride(engine, chief, { promotion: id, planHash, override: 1 });
  if (told.kind === "rejection") throw new Error(told.message);
  await abort(engine, people.ada, { promotion: id, why: "to be reviewed" });
  return waiting;
}

/**
 * A canary of chat in staging in the middle of an analysis, paused where it is to be resumed. It is only stored: nobody
 * works on it, its target leads nowhere, and it is in nobody's way.
 */
export async function freshCanary({ world }: Pick<Stage, "world">, isPaused: boolean): Promise<string> {
  const [row] = await world.pool.query<{ id: string }>(
    sql`select id from promotion where environment = 'staging' and services = ${["chat"]} and phase = 'succeeded'
         order by number limit 1`,
  );
  const id = canary ?? row?.id ?? "";
  const known = await loadPromotion(world.pool, "demo", id);
  if (!known) throw new Error("no promotion of chat has ended");
  canary = id;
  const planned = aCanaryService("nobody");
  const target = { ...planned.target, connection: "nowhere" };
  const plan = { ...known.plan, services: [{ ...planned, target }] };
  const steps = pendingSteps(stepsOf(plan, planned)).map((one, index) => ({
    ...one,
    attempt: index < 3 ? 1 : 0,
    status: index < 2 ? ("done" as const) : index === 2 ? ("requested" as const) : ("pending" as const),
  }));
  const at = world.engine.now();
  const paused = isPaused ? { paused: { by: known.requestedBy, at, why: "to be resumed" } } : {};
  const rollout = {
    service: "nobody",
    phase: "stepping",
    attempt: 1,
    generation: 1,
    requestedAt: at,
    steps,
    ...paused,
  };
  const state = { ...known, plan, phase: "rollingOut", since: at, rollouts: [rollout] };
  await world.pool.execute(
    sql`update promotion set phase = 'rollingOut', state = ${json(state)}::jsonb, ended_at = null,
               services = ${["nobody"]}
         where id = ${id}`,
  );
  return id;
}

let canary: string | undefined;
let proposed = 0;

/** A change of what guards production, which nobody has decided. */
export async function freshProposal({ world, file }: Pick<Stage, "world" | "file">): Promise<Stage["proposal"]> {
  const text = file.replace("expiresAfter: 1h", `expiresAfter: ${60 + ++proposed}m`);
  const applied = await applyDocuments(world.engine, world.people.noor, { text });
  const [proposal] = applied.kind === "applied" ? applied.proposals : [];
  if (!proposal) throw new Error(JSON.stringify(applied));
  return proposal;
}

export async function freshToken({ pool, people }: DemoWorld): Promise<string> {
  const input = { project: "demo", label: "fresh", role: "viewer", environments: null, expiresInDays: 1 } as const;
  return (await createToken(pool, people.rita, input, new Date())).id;
}

/** Production held, or not; without an environment the whole project. */
export async function setHold(
  { engine, people }: DemoWorld,
  held: boolean,
  environment: string | null = "production",
): Promise<void> {
  const place = { project: "demo", ...(environment === null ? {} : { environment }) };
  if (held) await hold(engine, people.ada, { ...place, reason: "nothing starts here" });
  else await releaseHold(engine, people.ada, { ...place, why: "to be held again" });
}

/** What was changed by hand in production stands there again, whatever was decided about it. */
export async function restoreDrift(stage: Stage): Promise<void> {
  const { world, drift, wanted } = stage;
  await liftBlocks(stage);
  await world.pool.execute(
    sql`update deployment set drift_digest = ${drift}, drift_since = now(), wanted_digest = ${wanted}
         where project = 'demo' and service = 'chat' and environment = 'production'`,
  );
}

/** What should run in production pinned there, or nothing. */
export async function setPin({ world, wanted }: Stage, pinned: boolean): Promise<void> {
  const place = { project: "demo", environment: "production", service: "chat" };
  if (pinned) await pin(world.engine, world.people.ada, { ...place, digest: wanted, reason: "it stays" });
  else await unpin(world.engine, world.people.ada, { ...place, why: "to be pinned again" });
}

/** Nothing blocked in production. */
export async function liftBlocks({ world }: Stage): Promise<void> {
  const { engine, people, pool } = world;
  const rows = await pool.query<{ id: string }>(
    sql`select id from block where project = 'demo' and environment = 'production' and lifted_at is null`,
  );
  for (const { id } of rows) await unblock(engine, people.ada, { project: "demo", block: id, why: "another try" });
}

/** Somebody rolled back in production, which holds its automation. */
export async function setAutomationHold({ world }: Pick<Stage, "world">): Promise<void> {
  await world.pool.execute(
    sql`insert into automation_hold (id, project, service, environment, reason, held_by, held_at)
        values (${`held ${performance.now()}`}, 'demo', 'chat', 'production', 'rolled back', '{"kind":"system","name":"start"}', now())
        on conflict do nothing`,
  );
}

/** Somebody who has no say anywhere, with or without access. */
export const leaver = "https://idp.example.org#leaver";

export async function setRevocation({ world }: Pick<Stage, "world">, revoked: boolean): Promise<void> {
  const { pool } = world;
  await pool.execute(sql`delete from revocation where person = ${leaver}`);
  await storePerson(pool, { subject: "leaver", name: "Lea", email: "lea@example.org" });
  if (!revoked) return;
  await pool.execute(
    sql`insert into revocation (id, person, reason, revoked_by, revoked_at)
        values ('left', ${leaver}, 'left', '{"kind":"system","name":"start"}', now())`,
  );
}

/** A channel of the project that nothing is ever sent to: no worker is at work. */
export const hook = { project: "demo", channel: "webhook https://hooks.example.com/waybill" };
export const givenUp = "0b3c6f1e-5a0e-4a53-9f0d-3a8a36b0c1aa";

/** The channel, with one notification of that standing. */
export async function queueNotification({ pool }: DemoWorld, status: "delivered" | "dead"): Promise<void> {
  const { project, channel } = hook;
  const place = { kind: "webhook", url: "https://hooks.example.com/waybill", secret: "env:NEVER_SET" };
  await pool.execute(sql`delete from notification where project = ${project}`);
  await pool.execute(
    sql`insert into subscription (project, position, key, events, channel)
        values (${project}, 0, ${channel}, ${["drift.detected"]}, ${json(place)}::jsonb) on conflict do nothing`,
  );
  await pool.execute(
    sql`insert into notification (id, project, channel, event, status, ended_at)
        values (${givenUp}, ${project}, ${channel}, 'test', ${status}, now())`,
  );
}
