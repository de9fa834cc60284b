import { sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import type { Actor } from "@/lib/pipeline/actor";
import type { EnvironmentEntryBody } from "@/lib/pipeline/promotion/entry";
import type { Digest } from "@/lib/pipeline/release/digest";

interface Standing {
  wanted: Digest | null;
  drift: Digest | null;
  stands: Digest | null;
  version: string | null;
  release: string | null;
  seenAt: string | null;
  active: boolean;
  fresh: boolean;
}

const observer: Actor = { kind: "system", name: "observer" };

/**
 * Compares what was seen of a target last with what should run there, and records what follows: found for the first
 * time, drift begun, drift ended, or nothing. While a promotion is active there, a difference is its work. With
 * `afterWrite` only an observation counts that has seen our last write.
 */
export async function recordDrift(
  tx: LedgerTransaction,
  service: string,
  environment: string,
  now: string,
  afterWrite = false,
): Promise<void> {
  const row = await loadStanding(tx, service, environment);
  if (!row || row.active || row.stands === null || (afterWrite && !row.fresh)) return;
  const where = sql`where project = ${tx.project} and service = ${service} and environment = ${environment}`;
  const { stands, wanted, drift, version, release } = row;
  const at = row.seenAt ?? now;
  if (wanted === null) {
    await tx.execute(
      sql`update deployment set wanted_digest = ${stands}, wanted_version = ${version}, wanted_release = ${release},
                 wanted_since = ${at} ${where}`,
    );
    await write({ kind: "deployment.found", data: { service, digest: stands, version } });
  } else if (stands !== wanted && stands !== drift) {
    await tx.execute(
      sql`update deployment set drift_digest = ${stands}, drift_since = coalesce(drift_since, ${at}) ${where}`,
    );
    await write({ kind: "drift.detected", data: { service, wanted, runs: stands, changedBy: null } });
  } else if (stands === wanted && drift !== null) {
    await tx.execute(sql`update deployment set drift_digest = null, drift_since = null ${where}`);
    await write({ kind: "drift.cleared", data: { service, runs: stands } });
  }

  /** Plans that wait say what runs now: they are made again. */
  async function write(body: EnvironmentEntryBody): Promise<void> {
    await tx.append([{ ...body, at: now, actor: observer, subject: { environment, service } }]);
    await wakeWaiting(tx, tx.project);
  }
}

/** A platform's digest stands for the index that it was announced with. */
async function loadStanding(
  tx: LedgerTransaction,
  service: string,
  environment: string,
): Promise<Standing | undefined> {
  const [row] = await tx.query<Standing>(
    sql`select s.*, a.version, a.release
          from (select d.wanted_digest as wanted, d.drift_digest as drift, d.observation->>'at' as "seenAt",
                       coalesce((select a.digest from artifact a where a.project = d.project and a.service = d.service
                                   and (a.digest = d.observation->>'specDigest' or d.observation->>'specDigest' = any(a.platforms)) limit 1),
                                d.observation->>'specDigest', d.observed_digest) as stands,
                       coalesce((d.observation->>'generation')::int >= d.generation, false) as fresh,
                       exists (select 1 from rollout r where r.project = d.project and r.service = d.service
                                  and r.environment = d.environment and r.active) as active
                  from deployment d
                 where d.project = ${tx.project} and d.service = ${service} and d.environment = ${environment}) s
          left join lateral (
            select coalesce(a.version, a.release) as version, a.release from artifact a
             where a.project = ${tx.project} and a.service = ${service} and a.digest = s.stands
             order by a.release limit 1) a on true`,
  );
  return row;
}
