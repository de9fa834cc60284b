import { z } from "zod";
import { can, mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { loadProject } from "@/lib/facts/project";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import { type EnvironmentPolicy, gatesOf } from "@/lib/pipeline/policy/environment";
import type { StandingHold } from "@/lib/queries/environments";
import { type FreezeView, freezesIn } from "@/lib/queries/freezes";
import { instant } from "@/lib/queries/instant";
import { readMatrix } from "@/lib/queries/matrix";
import { matrixInput } from "@/lib/queries/matrix-input";
import type { MatrixCell } from "@/lib/queries/matrix-view";
import { type GateWords, gateWords, strategyWords, verificationWords } from "@/lib/queries/policy-words";

const name = z.string().min(1).max(63);

export const environmentInput = z.strictObject({
  project: name,
  environment: name,
  /** Place of the first service. */
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
  /** Where the page of the past before this one ended: `2026-11-21T10:00:00.000Z,veza-12`. */
  before: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT[\d:.]{8,15}Z,[A-Za-z0-9-]{3,100}$/, "must be the place that a page before named")
    .optional(),
});
export type EnvironmentInput = z.input<typeof environmentInput>;

/** Everything about one environment. Times are ISO 8601, UTC. */
export interface EnvironmentView {
  asOf: string;
  project: string;
  environment: string;
  policy: {
    tag: string | null;
    protected: boolean;
    gates: GateWords[];
    strategy: string;
    verification: string;
    onFailure: EnvironmentPolicy["onFailure"];
    queue: EnvironmentPolicy["queue"];
    autoPromote: EnvironmentPolicy["autoPromote"];
    /** Version of the project's file that says so. */
    fileVersion: number;
  };
  /** The calendars that close it, in the order of the file. */
  freezes: FreezeView[];
  hold: StandingHold | null;
  /** All of the project is held, this environment with it. */
  projectHold: StandingHold | null;
  /** What runs, from `offset` on. */
  services: { total: number; offset: number; lines: { service: string; repository: string; cell: MatrixCell }[] };
  blocks: BlockLine[];
  pins: PinLine[];
  /** Services that automation leaves alone since somebody rolled them back. */
  automationHolds: AutomationHoldLine[];
  /** What is under way, then what queues, then what waits. */
  queue: QueueLine[];
  past: { lines: PastLine[]; next: string | null };
  may: { hold: boolean; release: boolean; releaseProject: boolean; unblock: boolean; pin: boolean };
}

export interface BlockLine {
  id: string;
  service: string;
  digest: string;
  version: string | null;
  reason: string;
  nextStep: string;
  /** Where the evidence is. */
  promotion: string | null;
  by: string;
  at: string;
}

/** A service that keeps its digest here. */
export interface PinLine {
  service: string;
  digest: string;
  version: string | null;
  reason: string;
  by: string;
  at: string;
}

export interface AutomationHoldLine {
  service: string;
  reason: string;
  promotion: string | null;
  by: string;
  at: string;
}

export interface QueueLine {
  id: string;
  services: string[];
  version: string;
  kind: "promote" | "rollback";
  phase: "waiting" | "queued" | "rollingOut" | "verifying" | "rollingBack" | "stuck";
  since: string;
  requestedBy: string;
}

/** A promotion that changed what runs here, or tried to. */
export interface PastLine {
  id: string;
  services: string[];
  version: string;
  kind: "promote" | "rollback";
  phase: "succeeded" | "rolledBack" | "failed" | "aborted";
  endedAt: string;
  /** What it was that went wrong; "" for a success. */
  why: string;
  digests: { service: string; digest: string }[];
}

const servicesShown = 50;
const pastShown = 20;

/** One environment: what runs, what has run, what stops it and who may change that. Throws NotFound. */
export async function readEnvironment(
  db: Queryable,
  principal: Principal,
  raw: EnvironmentInput,
  now: string,
): Promise<EnvironmentView> {
  const input = parseInput(environmentInput, raw);
  const { project, environment } = input;
  mustBeAbleTo(principal, "view", { project });
  const stored = await loadProject(db, project);
  const policy = stored?.document.environments.find((one) => one.name === environment);
  if (!stored || !policy) throw new NotFound();
  const [{ hold, projectHold }, services, blocks, pins, automationHolds, queue, past] = await Promise.all([
    loadHolds(db, project, environment),
    loadServices(db, principal, input),
    loadBlocks(db, project, environment),
    loadPins(db, project, environment),
    loadAutomationHolds(db, project, environment),
    loadQueue(db, project, environment),
    loadPast(db, input),
  ]);
  const scope = { project, environment };
  return {
    asOf: now,
    ...scope,
    policy: {
      ...{ tag: policy.tag ?? null, protected: policy.protected, onFailure: policy.onFailure, queue: policy.queue },
      // A file that was stored by an older version names none.
      autoPromote: policy.autoPromote ?? "off",
      gates: gatesOf(policy).map((gate) => {
        const { demand, ...words } = gateWords(gate);
        return { ...words, demand: gate.shadow ? `${demand}, in shadow` : demand };
      }),
      strategy: strategyWords(policy.strategy),
      verification: verificationWords(policy),
      fileVersion: stored.version,
    },
    freezes: freezesIn(policy, now),
    ...{ hold, projectHold, services, blocks, pins, automationHolds, queue, past },
    may: {
      hold: can(principal, "hold", scope),
      release: can(principal, "release", scope),
      releaseProject: can(principal, "release", { project }),
      unblock: can(principal, "unblock", scope),
      pin: can(principal, "pin", scope),
    },
  };
}

async function loadHolds(
  db: Queryable,
  project: string,
  environment: string,
): Promise<Pick<EnvironmentView, "hold" | "projectHold">> {
  const rows = await db.query<StandingHold & { whole: boolean }>(sql`
    select environment is null as whole, reason, held_by ->> 'name' as by, held_at as at from hold
     where project = ${project} and (environment = ${environment} or environment is null) and lifted_at is null`);
  const one = (wanted: boolean) => {
    const found = rows.find(({ whole }) => whole === wanted);
    return found ? { reason: found.reason, by: found.by, at: found.at } : null;
  };
  return { hold: one(false), projectHold: one(true) };
}

/** The cells are the matrix's own: one answer to what runs. */
async function loadServices(
  db: Queryable,
  principal: Principal,
  { project, environment, offset }: z.output<typeof environmentInput>,
): Promise<EnvironmentView["services"]> {
  const input = { projects: [project], environments: [environment], offset, limit: servicesShown };
  const { total, rows } = await readMatrix(db, principal, matrixInput.parse(input));
  const lines = rows.flatMap(({ service, repository, cells: [cell] }) => (cell ? [{ service, repository, cell }] : []));
  return { total, offset, lines };
}

function loadBlocks(db: Queryable, project: string, environment: string): Promise<BlockLine[]> {
  return db.query<BlockLine>(sql`
    select b.id, b.service, b.digest, b.reason, b.next_step as "nextStep", b.promotion, b.blocked_by ->> 'name' as by,
           b.blocked_at as at, (
             select r.version from artifact a join release r on r.project = a.project and r.key = a.release
              where a.project = b.project and a.service = b.service and a.digest = b.digest order by r.announced_at desc limit 1) as version
      from block b
     where b.project = ${project} and b.environment = ${environment} and b.lifted_at is null
     order by b.blocked_at desc limit 100`);
}

function loadPins(db: Queryable, project: string, environment: string): Promise<PinLine[]> {
  return db.query<PinLine>(sql`
    select n.service, n.digest, n.reason, n.pinned_by ->> 'name' as by, n.pinned_at as at, (
             select r.version from artifact a join release r on r.project = a.project and r.key = a.release
              where a.project = n.project and a.service = n.service and a.digest = n.digest order by r.announced_at desc limit 1) as version
      from pin n
     where n.project = ${project} and n.environment = ${environment} and n.lifted_at is null
     order by n.service limit 200`);
}

function loadAutomationHolds(db: Queryable, project: string, environment: string): Promise<AutomationHoldLine[]> {
  return db.query<AutomationHoldLine>(sql`
    select service, reason, promotion, held_by ->> 'name' as by, held_at as at from automation_hold
     where project = ${project} and environment = ${environment} and lifted_at is null order by service limit 200`);
}

function loadQueue(db: Queryable, project: string, environment: string): Promise<QueueLine[]> {
  return db.query<QueueLine>(sql`
    select id, services, version, kind, phase, coalesce(state ->> 'since', ${instant(sql`changed_at`)}) as since,
           requested_by ->> 'name' as "requestedBy"
      from promotion
     where project = ${project} and environment = ${environment} and ended_at is null
     order by case phase when 'waiting' then 2 when 'queued' then 1 else 0 end, coalesce(queued_at, requested_at), number
     limit 100`);
}

async function loadPast(
  db: Queryable,
  { project, environment, before }: z.output<typeof environmentInput>,
): Promise<EnvironmentView["past"]> {
  const [at, id] = before?.split(",") ?? [];
  const older = at && id ? sql`and (ended_at, id) < (${at}::timestamptz, ${id})` : sql.empty;
  const rows = await db.query<PastLine>(sql`
    select id, services, version, kind, phase, ended_at as "endedAt", coalesce(state -> 'cause' ->> 'reason', state ->> 'why', '') as why,
           (select coalesce(json_agg(json_build_object('service', s ->> 'service', 'digest', s -> 'to' ->> 'digest')), '[]')
              from jsonb_array_elements(state -> 'plan' -> 'services') s) as digests
      from promotion
     where project = ${project} and environment = ${environment} and ended_at is not null
       and (phase in ('succeeded', 'rolledBack', 'failed') or (phase = 'aborted' and jsonb_array_length(coalesce(state -> 'rollouts', '[]')) > 0))
       ${older}
     order by ended_at desc, id desc limit ${pastShown + 1}`);
  const lines = rows.slice(0, pastShown);
  const last = lines.at(-1);
  return { lines, next: rows.length > pastShown && last ? `${last.endedAt},${last.id}` : null };
}
