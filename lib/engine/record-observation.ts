import { json, type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { wakeLooks } from "@/lib/engine/lease";
import { announceChange } from "@/lib/ledger/announce-change";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { recordDrift } from "@/lib/ledger/record-drift";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import type { Digest } from "@/lib/pipeline/release/digest";
import { judgeHealth } from "@/lib/pipeline/rollout/judge-health";
import { observedDigest } from "@/lib/pipeline/rollout/observed-digest";
import type { TargetObservation } from "@/lib/ports/deploy-target";

export interface Cell {
  project: string;
  service: string;
  environment: string;
}

interface Known {
  observed: Digest | null;
  wanted: Digest | null;
  drift: Digest | null;
  health: string;
  ready: number;
  desired: number;
  active: string | null;
  /** Somebody waits to promote into this cell: the plan says what runs now. */
  waits: boolean;
}

/**
 * Takes over what was seen of a target: the read model always, the ledger where it means something (found for the first
 * time, drift begun, drift ended). While a promotion is active there, a difference is its work, not drift.
 */
export async function recordObservation(engine: Engine, cell: Cell, seen: TargetObservation): Promise<void> {
  const known = await loadKnown(engine.pool, cell);
  if (!known) return;
  const indexes = await loadIndexes(engine.pool, cell, seen);
  const indexOf = (digest: Digest) => indexes.get(digest) ?? digest;
  const runs = observedDigest(seen, indexOf) ?? null;
  // A change by hand is drift as soon as the spec says so, before the first pod follows.
  const stands = seen.specDigest === undefined ? runs : indexOf(seen.specDigest);
  await saveObservation(engine, cell, known, seen, runs);
  if (known.active) {
    await wakeLooks(engine.pool, cell.project, known.active);
    return;
  }
  if (seen.observedGeneration < seen.targetGeneration && stands === known.wanted) return;
  const drift = known.wanted !== null && stands !== known.wanted ? (stands ?? undefined) : undefined;
  const isNews = known.wanted === null ? stands !== null : drift !== (known.drift ?? undefined);
  // Decided again under the lock, on what is stored by then: two observers write one entry.
  if (isNews) {
    await inLedgerTransaction(engine.pool, cell.project, (tx) =>
      recordDrift(tx, cell.service, cell.environment, engine.now()),
    );
  } else if (known.waits && runs !== null && runs !== known.observed) {
    await wakePlans(engine, cell);
  }
}

async function loadKnown(db: Queryable, { project, service, environment }: Cell): Promise<Known | undefined> {
  const [row] = await db.query<Known>(
    sql`select d.observed_digest as observed, d.wanted_digest as wanted, d.drift_digest as drift, d.health, d.ready, d.desired,
               (select r.promotion from rollout r where r.project = d.project and r.service = d.service
                   and r.environment = d.environment and r.active) as active,
               exists (select 1 from promotion p where p.project = d.project and p.environment = d.environment
                   and p.ended_at is null and p.phase in ('waiting', 'queued') and d.service = any(p.services)) as waits
          from deployment d where d.project = ${project} and d.service = ${service} and d.environment = ${environment}`,
  );
  return row;
}

/**
 * For each digest seen, the index that it is a platform of: as it was announced, or, for a spec that nobody announced,
 * because pods of its newest revision can run nothing else.
 */
async function loadIndexes(
  db: Queryable,
  { project, service }: Cell,
  seen: TargetObservation,
): Promise<Map<Digest, Digest>> {
  const digests = [...new Set([...seen.pods.map((pod) => pod.digest), seen.specDigest])].filter(
    (one) => one !== undefined,
  );
  if (digests.length === 0) return new Map();
  const rows = await db.query<{ known: Digest; digest: Digest }>(
    sql`select k.known, a.digest from artifact a cross join lateral unnest(a.platforms || a.digest) as k (known)
         where a.project = ${project} and a.service = ${service} and k.known = any(${digests})`,
  );
  const indexes = new Map(rows.map((row) => [row.known, row.digest]));
  const { specDigest } = seen;
  if (specDigest === undefined || indexes.has(specDigest) || seen.observedGeneration < seen.targetGeneration)
    return indexes;
  for (const { current, digest } of seen.pods) {
    if (current && digest !== undefined && !indexes.has(digest)) indexes.set(digest, specDigest);
  }
  return indexes;
}

/** Something else runs by now: plans that wait for an approval are made again, and say so. */
async function wakePlans({ pool }: Engine, { project, service, environment }: Cell): Promise<void> {
  await inLedgerTransaction(pool, project, async (tx) => {
    await wakeWaiting(tx, project);
    tx.announce({ project, service, environment, kind: "deployment.observed" });
  });
}

async function saveObservation(
  engine: Engine,
  cell: Cell,
  known: Known,
  seen: TargetObservation,
  runs: Digest | null,
): Promise<void> {
  const { project, service, environment } = cell;
  const { health, reason } = judgeHealth(seen);
  const ready = seen.pods.filter((pod) => pod.ready).length;
  await engine.pool.execute(
    sql`update deployment d
           set observed_at = ${seen.at}, desired = ${seen.desired}, ready = ${ready}, observation = ${json(seen)}::jsonb,
               health_since = case when health = ${health} then coalesce(health_since, ${seen.at}) else ${seen.at} end,
               health = ${health}, health_reason = ${reason},
               observed_since = case when observed_digest is not distinct from ${runs}::text then coalesce(observed_since, ${seen.at}) else ${seen.at} end,
               observed_digest = ${runs},
               observed_version = (select coalesce(a.version, a.release) from artifact a where a.project = d.project
                                      and a.service = d.service and a.digest = ${runs}::text order by a.release limit 1),
               observed_release = (select a.release from artifact a where a.project = d.project
                                      and a.service = d.service and a.digest = ${runs}::text order by a.release limit 1)
         where d.project = ${project} and d.service = ${service} and d.environment = ${environment}
           and (d.observed_at is null or d.observed_at <= ${seen.at})
           and not ${isOlder(seen)}`,
  );
  const told =
    known.observed !== runs || known.health !== health || known.ready !== ready || known.desired !== seen.desired;
  if (told) announceChange(engine.pool, { project, service, environment, kind: "deployment.observed" });
}

/**
 * The stored observation has seen a later order than this one. Its own time does not tell: a process that was frozen
 * works off what it had received before, and takes that for news. Of two colours the Service alone tells which came later:
 * the one that takes the traffic again may have had fewer orders, and none since.
 */
function isOlder(seen: TargetObservation): Sql {
  if (seen.colour === undefined) return sql`coalesce(${isOlderOrder(seen)}, false)`;
  const { version, serviceUid } = seen.colour;
  if (version === undefined || !clusterCount.test(version)) return sql`false`;
  // Another Service, of another cluster or as the project file names it by now, may have had its last change long before.
  const sameService = sql`coalesce(d.observation->'colour'->>'serviceUid' = ${serviceUid ?? null}::text, true)`;
  const stored = sql`(case when d.observation->'colour'->>'version' ~ ${clusterCount.source}
                       then (d.observation->'colour'->>'version')::bigint end)`;
  return sql`coalesce(${sameService} and (${stored} > ${version}::bigint
                or (${stored} = ${version}::bigint and ${isOlderOrder(seen)})), false)`;
}

/** The cluster's own count: numbers, in every cluster over etcd. */
const clusterCount = /^[0-9]{1,18}$/;

/** The same of one workload. Another one counts its orders for itself, and where it is told by name alone from 1. */
function isOlderOrder({ targetGeneration, resourceVersion, uid }: TargetObservation): Sql {
  if (resourceVersion === undefined || !clusterCount.test(resourceVersion)) return sql`false`;
  return sql`(coalesce(d.observation->>'uid' = ${uid ?? null}::text, true)
              and case when d.observation->>'resourceVersion' ~ ${clusterCount.source}
                then (d.observation->>'resourceVersion')::bigint > ${resourceVersion}::bigint
                     and (d.observation->>'targetGeneration')::bigint > ${targetGeneration} end)`;
}

/** Notes that what was seen of these cells last was still so at `at`. */
export async function confirmObservations(db: Queryable, cells: readonly Cell[], at: string): Promise<void> {
  const rows = cells.map(({ project, service, environment }) => ({ project, service, environment }));
  await db.execute(
    sql`update deployment d set observed_at = ${at}
          from jsonb_to_recordset(${json(rows)}::jsonb) as c (project text, service text, environment text)
         where d.project = c.project and d.service = c.service and d.environment = c.environment
           and d.observed_at < ${at}`,
  );
}
