import type { PersonPrincipal } from "@/lib/auth/principal";
import { storeProject } from "@/lib/auth/testing";
import { json, type Queryable, sql } from "@/lib/db/sql";
import type { Role } from "@/lib/pipeline/policy/project";

const base = Date.UTC(2026, 0, 5, 9);

/** A moment of the fixture: minutes after Monday nine o'clock, as ISO 8601. */
export function minute(minutes: number): string {
  return new Date(base + minutes * 60_000).toISOString();
}

/** Digest number n: 64 equal or telling digits. */
export function digestOf(n: number): string {
  return `sha256:${n.toString(16).padStart(64, "0")}`;
}

export function personWith(...grants: [project: string, role: Role, environments?: string[]][]): PersonPrincipal {
  return {
    ...{ kind: "person", id: "https://idp.example#rita", name: "Rita", email: "rita@example.org" },
    ...{ groups: [], administrator: false },
    grants: grants.map(([project, role, environments]) => ({ project, role, environments: environments ?? null })),
  };
}

export const administrator: PersonPrincipal = { ...personWith(), administrator: true };

export interface RouteStop {
  name: string;
  requires?: string[];
  any?: boolean;
}

/** A project with a route and services, all of which nobody has looked at yet. */
export async function layOut(db: Queryable, project: string, route: RouteStop[], services: string[]): Promise<void> {
  await storeProject(db, { name: project, people: [] });
  await db.execute(sql`
    insert into environment (project, name, position, protected, requires, requires_any)
    select ${project}, e.name, e.position, false, array(select jsonb_array_elements_text(e.requires)), e."any"
      from jsonb_to_recordset(${json(
        route.map(({ name, requires = [], any = false }, position) => ({ name, position, requires, any })),
      )}::jsonb) as e (name text, position int, requires jsonb, "any" boolean)`);
  await db.execute(sql`
    insert into service (project, name, position, connection, repository)
    select ${project}, s.name, s.place - 1, 'registry', ${`${project}-`} || s.name
      from unnest(${services}::text[]) with ordinality as s (name, place)`);
  await db.execute(sql`
    insert into deployment (project, service, environment, target)
    select s.project, s.name, e.name, '{"connection": "cluster"}'::jsonb
      from service s join environment e on e.project = s.project where s.project = ${project}`);
}

/** A worker that gives signs of life for as long as a test takes: an hour from now is the last one. */
export async function beat(db: Queryable): Promise<void> {
  await db.execute(sql`insert into process_beat (id, role, started_at, beat_at, detail)
    values ('worker-1', 'worker', now(), now() + interval '1 hour', '{}')
    on conflict (id) do update set beat_at = excluded.beat_at`);
}

/** Announces `service@v<n>` with digest number n, n minutes after the start. */
export async function announce(db: Queryable, project: string, service: string, n: number): Promise<void> {
  const key = `${service}@v${n}`;
  await db.execute(sql`insert into release (project, key, version, announced_by, announced_at)
    values (${project}, ${key}, ${`v${n}`}, '{}', ${minute(n)})`);
  await db.execute(sql`
    insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, version, image, announced_at)
    values (${project}, ${key}, ${service}, 0, 'r', ${digestOf(n)}, '{}', 1, ${`v${n}`}, '{}', ${minute(n)})`);
}

/** It was seen running v<n>, healthy with two pods unless told otherwise, and that is what should run. */
export async function runs(
  db: Queryable,
  project: string,
  service: string,
  environment: string,
  n: number,
  over: { health?: string; reason?: string | null; ready?: number } = {},
): Promise<void> {
  const { health = "healthy", reason = null, ready = 2 } = over;
  await db.execute(sql`
    update deployment set observed_digest = ${digestOf(n)}, observed_version = ${`v${n}`}, observed_release = ${`${service}@v${n}`},
           observed_since = ${minute(n + 1)}, observed_at = ${minute(n + 500)}, health = ${health}, health_reason = ${reason},
           ready = ${ready}, desired = 2, wanted_digest = ${digestOf(n)}, wanted_version = ${`v${n}`},
           wanted_release = ${`${service}@v${n}`}, drift_digest = null
     where project = ${project} and service = ${service} and environment = ${environment}`);
}

/** v<n> succeeded there at `at` minutes. */
export async function verified(
  db: Queryable,
  project: string,
  service: string,
  environment: string,
  n: number,
  at: number,
): Promise<void> {
  const [version, release] = [`v${n}`, `${service}@v${n}`];
  await db.execute(sql`
    insert into verification (project, service, environment, digest, promotion, release, version, verified_at)
    values (${project}, ${service}, ${environment}, ${digestOf(n)}, ${`${project}-${environment}-${n}-${at}`}, ${release}, ${version}, ${minute(at)})`);
  await db.execute(sql`
    update deployment set verified_digest = ${digestOf(n)}, verified_version = ${version}, verified_release = ${release},
           verified_at = ${minute(at)}
     where project = ${project} and service = ${service} and environment = ${environment}`);
}

let promotions = 0;

/** An open promotion of v<n>, as the matrix finds it. Returns its id. */
export async function opens(
  db: Queryable,
  place: { project: string; service: string; environment: string },
  n: number,
  phase: string,
  state: object = {},
): Promise<string> {
  const { project, service, environment } = place;
  const number = ++promotions;
  const id = `${project}-${number}`;
  await db.execute(sql`
    insert into promotion (id, project, number, environment, release, version, services, kind, phase, state, plan_hash,
                           requested_by, requested_at, changed_at, idempotency_key, request_hash)
    values (${id}, ${project}, ${number}, ${environment}, ${`${service}@v${n}`}, ${`v${n}`}, ${[service]}, 'promote', ${phase},
            ${json({ phase, ...state })}::jsonb, ${"0".repeat(64)}, ${json({ kind: "person", id: "https://idp.example#sam", name: "Sam" })}::jsonb,
            ${minute(n + 10)}, ${minute(n + 10)}, ${id}, '')`);
  await db.execute(sql`
    insert into rollout (promotion, service, project, environment, active, phase, to_digest)
    values (${id}, ${service}, ${project}, ${environment}, ${!["waiting", "queued"].includes(phase)}, ${phase}, ${digestOf(n)})`);
  await db.execute(sql`
    update deployment set open_promotion = ${id}, open_phase = ${phase}, open_version = ${`v${n}`}
     where project = ${project} and service = ${service} and environment = ${environment}`);
  return id;
}

export async function blocks(
  db: Queryable,
  project: string,
  service: string,
  environment: string,
  n: number,
): Promise<string> {
  const id = `${project}:${service}:${environment}:${n}`;
  await db.execute(sql`
    insert into block (id, project, service, environment, digest, reason, next_step, blocked_by, blocked_at)
    values (${id}, ${project}, ${service}, ${environment}, ${digestOf(n)}, 'crashed', 'mend it', '{"kind":"system","name":"worker"}', ${minute(n + 20)})`);
  return id;
}

export async function holds(db: Queryable, project: string, environment: string, reason: string): Promise<void> {
  await db.execute(sql`
    insert into hold (id, project, environment, reason, held_by, held_at)
    values (${`${project}:${environment}`}, ${project}, ${environment}, ${reason},
            ${json({ kind: "person", id: "x#1", name: "Olga" })}::jsonb, ${minute(1)})`);
}
