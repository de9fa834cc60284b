import { allSent } from "@/lib/db/all-sent";
import { json, sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import { InvariantViolation } from "@/lib/pipeline/errors";
import type { PlannedService } from "@/lib/pipeline/plan/plan";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/**
 * Brings the tables that answer screens to where the entries of one decision leave them: every statement is sent, in the
 * order of the entries, before the first answer.
 */
export async function projectEntries(tx: LedgerTransaction, state: PromotionState, entries: Entry[]): Promise<void> {
  await allSent(entries.map((entry) => projectEntry(tx, state, entry)));
}

async function projectEntry(tx: LedgerTransaction, state: PromotionState, entry: Entry): Promise<void> {
  switch (entry.kind) {
    case "rollout.requested":
    case "revert.requested":
      await allSent([
        raiseGeneration(tx, state, entry),
        entry.kind === "revert.requested" ? wantDigest(tx, state, entry) : undefined,
      ]);
      break;
    case "rollout.accepted":
      await wantDigest(tx, state, entry);
      break;
    case "promotion.succeeded":
      await allSent(state.plan.services.map((planned) => recordVerified(tx, state, planned, entry.at)));
      break;
    case "digest.blocked":
      await recordBlock(
        tx,
        { project: state.project, environment: state.plan.environment, promotion: state.id },
        entry,
      );
      break;
    case "environment.held":
      await recordHold(tx, state.project, state.plan.environment, entry);
      break;
    default:
      break;
  }
}

function plannedFor(state: PromotionState, service: string): PlannedService {
  const planned = state.plan.services.find((one) => one.service === service);
  if (!planned) throw new InvariantViolation(`${state.id} has no service ${service}`);
  return planned;
}

/** The number is taken with the intent, whether or not the target ever sees it: it never goes back. */
async function raiseGeneration(
  tx: LedgerTransaction,
  state: PromotionState,
  entry: Entry & { kind: "rollout.requested" | "revert.requested" },
): Promise<void> {
  const { generation, service } = entry.data;
  await tx.execute(
    sql`update deployment set generation = ${generation}
         where project = ${state.project} and service = ${service} and environment = ${state.plan.environment}`,
  );
}

/**
 * What should run from now on. On the way there that is so once the target took the order: one that was refused leaves
 * what should run as it was. On the way back it is so at once, whatever becomes of it.
 */
async function wantDigest(
  tx: LedgerTransaction,
  state: PromotionState,
  entry: Entry & { kind: "rollout.accepted" | "revert.requested" },
): Promise<void> {
  const { service } = entry.data;
  const { rollback, from, to } = plannedFor(state, service);
  // Where nothing live was touched, what ran before goes on, and that need not be what would be gone back to.
  const back = entry.kind === "revert.requested" && entry.data.digest === rollback?.digest ? rollback : from;
  const [digest, version, release] =
    entry.kind === "revert.requested"
      ? [entry.data.digest, back?.version ?? null, rollback === back ? (rollback?.release ?? null) : null]
      : [to.digest, to.version, state.plan.release];
  await tx.execute(
    sql`update deployment set wanted_digest = ${digest}, wanted_version = ${version}, wanted_release = ${release},
               wanted_promotion = ${state.id}, wanted_since = ${entry.at}, drift_digest = null, drift_since = null
         where project = ${state.project} and service = ${service} and environment = ${state.plan.environment}`,
  );
}

async function recordVerified(
  tx: LedgerTransaction,
  state: PromotionState,
  planned: PlannedService,
  at: string,
): Promise<void> {
  const { project, plan } = state;
  const { digest, version } = planned.to;
  // What it ran with is what was seen last, where what was seen is this digest.
  const noted = tx.execute(
    sql`insert into verification (project, service, environment, digest, promotion, release, version, verified_at, config_hash)
        values (${project}, ${planned.service}, ${plan.environment}, ${digest}, ${state.id}, ${plan.release}, ${version}, ${at},
                (select observation->'config'->>'hash' from deployment
                  where project = ${project} and service = ${planned.service} and environment = ${plan.environment}
                    and observation->>'specDigest' = ${digest}))`,
  );
  const shown = tx.execute(
    sql`update deployment set verified_digest = ${digest}, verified_version = ${version}, verified_release = ${plan.release},
               verified_at = ${at}
         where project = ${project} and service = ${planned.service} and environment = ${plan.environment}`,
  );
  await allSent([noted, shown]);
}

interface BlockPlace {
  project: string;
  environment: string;
  /** Where the evidence is. */
  promotion: string | null;
}

/** Writes a standing block. Answers whether it is new. */
export async function recordBlock(
  tx: LedgerTransaction,
  { project, environment, promotion }: BlockPlace,
  entry: Entry & { kind: "digest.blocked" },
): Promise<boolean> {
  const { id, service, digest, reason, nextStep } = entry.data;
  // One that stands already keeps its own reason: the digest is out either way.
  const written = await tx.execute(
    sql`insert into block (id, project, service, environment, digest, reason, next_step, promotion, blocked_by, blocked_at)
        values (${id}, ${project}, ${service}, ${environment}, ${digest}, ${reason}, ${nextStep},
                ${promotion}, ${json(entry.actor)}::jsonb, ${entry.at})
        on conflict do nothing`,
  );
  return written === 1;
}

/** Writes a standing hold, of a whole project without an environment; one that stands stays. Answers whether it is new. */
export async function recordHold(
  tx: LedgerTransaction,
  project: string,
  environment: string | null,
  entry: Entry & { kind: "environment.held" | "project.held" },
): Promise<boolean> {
  const written = await tx.execute(
    sql`insert into hold (id, project, environment, reason, held_by, held_at)
        values (${entry.data.id}, ${project}, ${environment}, ${entry.data.reason}, ${json(entry.actor)}::jsonb, ${entry.at})
        on conflict do nothing`,
  );
  return written === 1;
}
