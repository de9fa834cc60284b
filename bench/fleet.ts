import { createPool, type Pool } from "@/lib/db/pool";
import { type Queryable, sql } from "@/lib/db/sql";

export const environments = ["testing", "staging", "performance", "production-eu", "production-us"];
const servicesPerProject = 1_000;
/** As many entries as a promotion leaves behind, from its request to its success. */
const entriesPerPromotion = 13;

/**
 * Brings a database to `services` services in five environments. What runs differs from one environment to the next in
 * every fifth service, one in fifty is not well, one in a hundred is on its way or drifted. Hashes are made up.
 */
export async function growFleet(url: string, services: number, ownerUrl: string | undefined): Promise<void> {
  await withPool(url, async (pool) => {
    const [known] = await pool.query<{ count: number }>(sql`select count(*) from service`);
    await addServices(pool, known?.count ?? 0, services);
    await addReleases(pool);
    await addDeployments(pool);
    await sayWorkerIsAlive(pool);
  });
  await refreshStatistics(ownerUrl);
}

/** Brings the ledger to `entries` entries, with the promotions and successes that so many entries tell of. */
export async function growLedger(url: string, entries: number, ownerUrl: string | undefined): Promise<void> {
  await withPool(url, async (pool) => {
    const [known] = await pool.query<{ count: number }>(sql`select count(*) from ledger_entry`);
    const [fleet] = await pool.query<{ count: number }>(sql`select count(*) from service`);
    const services = fleet?.count ?? 0;
    // Small enough for the pool's limit of a statement's time.
    const batch = 20_000;
    for (let first = known?.count ?? 0; first < entries; first += batch) {
      const last = Math.min(entries, first + batch);
      await addEntries(pool, first, last, services);
      await addPast(pool, Math.floor(first / entriesPerPromotion), Math.floor(last / entriesPerPromotion), services);
    }
    await sayWorkerIsAlive(pool);
  });
  await refreshStatistics(ownerUrl);
}

/** Without it, what was not seen lately counts as unknown. */
export async function sayWorkerIsAlive(db: Queryable): Promise<void> {
  await db.execute(sql`
    insert into process_beat (id, role, started_at, beat_at, detail) values ('bench', 'worker', now(), now() + interval '1 hour', '{}')
    on conflict (id) do update set beat_at = excluded.beat_at`);
}

async function withPool(url: string, work: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = createPool(url, { size: 2, applicationName: "waybill bench" });
  try {
    await work(pool);
  } finally {
    await pool.close();
  }
}

/** As autovacuum does a minute later. */
async function refreshStatistics(ownerUrl: string | undefined): Promise<void> {
  if (ownerUrl === undefined) return;
  await withPool(ownerUrl, async (pool) => {
    for (const table of [
      sql`service`,
      sql`environment`,
      sql`deployment`,
      sql`release`,
      sql`artifact`,
      sql`verification`,
      sql`promotion`,
    ])
      await pool.execute(sql`vacuum analyze ${table}`);
  });
}

async function addServices(pool: Pool, from: number, to: number): Promise<void> {
  for (let first = from; first < to; ) {
    const project = `fleet-${String(first).padStart(6, "0")}`;
    const last = Math.min(to, first + servicesPerProject);
    await pool.execute(sql`
      insert into project (name, title, file_version, document) values (${project}, ${project}, 1, '{"people": []}')`);
    await pool.execute(sql`
      insert into environment (project, name, position, protected, requires)
      select ${project}, e.name, e.place - 1, e.place > 3,
             case when e.place = 1 then '{}' else array[(${environments}::text[])[e.place - 1]] end
        from unnest(${environments}::text[]) with ordinality as e (name, place)`);
    await pool.execute(sql`
      insert into service (project, name, position, connection, repository)
      select ${project}, 'service-' || lpad(n::text, 6, '0'), n - ${first}::int, 'registry', 'fleet/service-' || n
        from generate_series(${first}::int, ${last - 1}::int) n`);
    first = last;
  }
}

/** Three releases a service, half an hour apart. */
async function addReleases(pool: Pool): Promise<void> {
  await pool.execute(sql`
    insert into release (project, key, version, announced_by, announced_at)
    select s.project, s.name || '@v1.' || n || '.0', 'v1.' || n || '.0', '{}', timestamptz '2026-01-01' + n * interval '30 minutes'
      from service s cross join generate_series(1, 3) n on conflict do nothing`);
  await pool.execute(sql`
    insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, version, image, announced_at)
    select s.project, s.name || '@v1.' || n || '.0', s.name, 0, s.repository,
           'sha256:' || encode(sha256(convert_to(s.name || n, 'UTF8')), 'hex'), '{}', 1, 'v1.' || n || '.0', '{}',
           timestamptz '2026-01-01' + n * interval '30 minutes'
      from service s cross join generate_series(1, 3) n on conflict do nothing`);
}

async function addDeployments(pool: Pool): Promise<void> {
  await pool.execute(sql`
    insert into deployment (project, service, environment, target, wanted_digest, wanted_version, wanted_release,
           verified_digest, verified_version, verified_release, verified_at, observed_digest, observed_version, observed_release,
           observed_since, observed_at, desired, ready, health, health_reason, drift_digest, observation)
    select s.project, s.name, e.name, '{"connection": "cluster"}',
           a.digest, a.version, a.release, a.digest, a.version, a.release, a.announced_at + interval '1 hour' * (e.position + 1),
           a.digest, a.version, a.release, a.announced_at + interval '1 hour' * (e.position + 1), now(), 3,
           case when s.position % 50 = 7 and e.position = 2 then 1 else 3 end,
           case when s.position % 50 = 7 and e.position = 2 then 'degraded' else 'healthy' end,
           case when s.position % 50 = 7 and e.position = 2 then '1 of 3 ready' end,
           case when s.position % 100 = 11 and e.position = 4 then 'sha256:' || repeat('d', 64) end, '{"pods": []}'
      from service s join environment e on e.project = s.project
      join artifact a on a.project = s.project and a.service = s.name
       and a.release = s.name || '@v1.' || case when s.position % 5 = 0 then 3 - e.position / 2 else 3 end || '.0'
    on conflict do nothing`);
  await pool.execute(sql`
    insert into verification (project, service, environment, digest, promotion, release, version, verified_at)
    select project, service, environment, verified_digest, 'first', verified_release, verified_version, verified_at from deployment
    on conflict do nothing`);
}

/** Services by a number, so that what is made up goes round all of them. */
const numbered = sql`
  of as (select project, name, row_number() over (order by project, position) - 1 as place from service)`;

async function addEntries(pool: Pool, first: number, last: number, services: number): Promise<void> {
  await pool.execute(sql`
    with ${numbered}
    insert into ledger_entry (project, seq, at, kind, actor, promotion, service, environment, release, data, prev, hash)
    select of.project, n, timestamptz '2025-01-01' + n * interval '20 seconds', 'rollout.observed', '{"kind": "system", "name": "worker"}',
           'past-' || n / ${entriesPerPromotion}::int, of.name, (${environments}::text[])[1 + n % 5], of.name || '@v0.' || n,
           '{"runs": "sha256:0", "ready": 3, "desired": 3}', repeat('0', 64), repeat('0', 64)
      from generate_series(${first}::int, ${last - 1}::int) n join of on of.place = n % ${services}::int`);
}

/** Promotions that ended, each with its release and success, long before what runs now. */
async function addPast(pool: Pool, first: number, last: number, services: number): Promise<void> {
  await pool.execute(sql`
    with ${numbered},
    past as materialized (
      select of.project, of.name as service, n, (${environments}::text[])[1 + n % 5] as environment,
             of.name || '@v0.' || n as release, 'v0.' || n as version, timestamptz '2025-01-01' + n * interval '5 minutes' as at,
             'sha256:' || encode(sha256(convert_to(n::text, 'UTF8')), 'hex') as digest
        from generate_series(${first}::int, ${last - 1}::int) n join of on of.place = n % ${services}::int),
    announced as (
      insert into release (project, key, version, announced_by, announced_at)
      select project, release, version, '{}', at from past),
    built as (
      insert into artifact (project, release, service, position, repository, digest, platforms, size_bytes, version, image, announced_at)
      select project, release, service, 0, 'fleet', digest, '{}', 1, version, '{}', at from past),
    promoted as (
      insert into promotion (id, project, number, environment, release, version, services, kind, phase, state, plan_hash, requested_by,
                             requested_at, changed_at, ended_at, idempotency_key, request_hash)
      select 'past-' || n, project, n, environment, release, version, array[service], 'promote', 'succeeded',
             jsonb_build_object('phase', 'succeeded', 'filler', repeat(md5(n::text), 40)), repeat('0', 64), '{}', at, at, at, 'past-' || n, ''
        from past)
    insert into verification (project, service, environment, digest, promotion, release, version, verified_at)
    select project, service, environment, digest, 'past-' || n, release, version, at from past`);
}
