import { json, type Queryable, type Sql, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { recordBlock } from "@/lib/ledger/project-entries";
import { recordReverification } from "@/lib/ledger/record-reverification";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import type { Digest } from "@/lib/pipeline/release/digest";
import type { VerifiedAgain } from "@/lib/pipeline/verification/again";

/** Something to be verified again that this process holds, while `leaseGeneration` is the stored one. */
export interface DueReverification {
  id: string;
  project: string;
  service: string;
  environment: string;
  digest: Digest;
  leaseGeneration: number;
  /** As an earlier look left them; none before the first. */
  checks: CheckState[];
}

/** Takes one that nobody holds; two processes never get the same one. */
export async function takeDueReverification(engine: Engine): Promise<DueReverification | undefined> {
  const [taken] = await engine.pool.query<DueReverification>(
    sql`update reverification set lease_owner = ${engine.owner}, lease_generation = lease_generation + 1,
               lease_until = now() + ${engine.leaseMs} * interval '1 millisecond'
         where id = (select id from reverification
                      where status = 'due' and (lease_until is null or lease_until <= now())
                      order by requested_at for update skip locked limit 1)
         returning id, project, service, environment, digest, checks, lease_generation as "leaseGeneration"`,
  );
  return taken;
}

/** When the next can be taken, in milliseconds from now; undefined where none is due. */
export async function nextReverificationInMs(db: Queryable): Promise<number | undefined> {
  const [row] = await db.query<{ ms: number | null }>(
    sql`select extract(epoch from min(coalesce(lease_until, now())) - now())::float8 * 1000 as ms
          from reverification where status = 'due'`,
  );
  return row?.ms === null || row === undefined ? undefined : Math.max(0, row.ms);
}

/** Gives back what this process holds, at shutdown. */
export function releaseReverifications(engine: Engine): Promise<number> {
  return engine.pool.execute(
    sql`update reverification set lease_until = null
         where status = 'due' and lease_owner = ${engine.owner} and lease_until > now()`,
  );
}

/** Keeps how far it is, while this process holds it. Answers whether it did. */
export async function saveReverification(
  engine: Engine,
  taken: DueReverification,
  checks: readonly CheckState[],
): Promise<boolean> {
  const { leaseMs } = engine;
  return (await keep(engine, taken, checks, sql`now() + ${leaseMs} * interval '1 millisecond'`)) === 1;
}

/** The same, and lets it be taken again by anybody after `ms`. */
export async function putOffReverification(
  engine: Engine,
  taken: DueReverification,
  checks: readonly CheckState[],
  ms: number,
): Promise<boolean> {
  return (await keep(engine, taken, checks, sql`now() + ${ms} * interval '1 millisecond'`)) === 1;
}

function keep(engine: Engine, taken: DueReverification, checks: readonly CheckState[], until: Sql): Promise<number> {
  return engine.pool.execute(
    sql`update reverification set checks = ${json(checks)}::jsonb, lease_until = ${until}
         where id = ${taken.id} and status = 'due' and lease_owner = ${engine.owner}
           and lease_generation = ${taken.leaseGeneration}`,
  );
}

export type EndedAgain = Exclude<VerifiedAgain, { kind: "lookAgain" } | { kind: "awaitJobs" }>;

/**
 * Writes what came of it, if this process still holds it: one that passed counts as a success from now on, one that failed
 * blocks the digest there. Where a promotion began meanwhile nothing can be said of what runs. Answers whether it did.
 */
export function settleReverification(
  engine: Engine,
  taken: DueReverification,
  found: EndedAgain,
  checks: readonly CheckState[],
  numbers: readonly { name: string; value: string }[] = [],
): Promise<boolean> {
  return inLedgerTransaction(engine.pool, taken.project, async (tx) => {
    const outcome = (await isMoving(tx, taken))
      ? { kind: "errored" as const, reason: "something else was brought there meanwhile" }
      : found;
    const at = engine.now();
    const said = outcome.kind === "passed" ? null : outcome.reason;
    const evidence = [...checks.flatMap(evidenceOf), ...numbers];
    const held = { owner: engine.owner, leaseGeneration: taken.leaseGeneration };
    if (!(await recordReverification(tx, taken.id, held, { status: outcome.kind, said, checks, at }))) return false;
    const { id, service, environment, digest } = taken;
    const common = { at, actor: { kind: "system", name: "worker" } as const, subject: { environment, service } };
    const data = { id, service, digest, evidence };
    if (outcome.kind === "passed") await tx.append([{ kind: "reverification.passed", data, ...common }]);
    else {
      const { reason } = outcome;
      const ended: Entry =
        outcome.kind === "failed"
          ? { kind: "reverification.failed", data: { ...data, reason }, ...common }
          : { kind: "reverification.errored", data: { ...data, reason }, ...common };
      await tx.append([ended]);
      if (outcome.kind === "failed") await blockDigest(tx, taken, reason, common);
    }
    await wakeWaiting(tx, taken.project);
    return true;
  });
}

function evidenceOf({ title, status, found, dryRun, job }: CheckState): { name: string; value: string }[] {
  const stands = dryRun ? `decides nothing: ${found}` : `${status}: ${found}`;
  return [
    { name: title, value: stands },
    ...(job?.log === undefined ? [] : [{ name: `SHA-256 of what ${title} printed`, value: job.log }]),
  ];
}

async function isMoving(tx: LedgerTransaction, { project, service, environment, digest }: DueReverification) {
  const [row] = await tx.query<{ moving: boolean }>(
    sql`select d.wanted_digest is distinct from ${digest} or d.drift_digest is not null or exists (
                 select from rollout r where r.project = d.project and r.service = d.service
                    and r.environment = d.environment and r.active) as moving
          from deployment d
         where d.project = ${project} and d.service = ${service} and d.environment = ${environment}`,
  );
  return row?.moving ?? true;
}

async function blockDigest(
  tx: LedgerTransaction,
  { id, project, environment, service, digest }: DueReverification,
  reason: string,
  common: Pick<Entry, "at" | "actor" | "subject">,
): Promise<void> {
  const entry: Entry & { kind: "digest.blocked" } = {
    kind: "digest.blocked",
    data: {
      id: `${id}:block`,
      service,
      digest,
      reason: `verified again, it failed: ${reason}`,
      nextStep: "Roll back; or mend the cause, unblock it with a reason and verify it again.",
    },
    ...common,
  };
  if (await recordBlock(tx, { project, environment, promotion: null }, entry)) await tx.append([entry]);
}
