import type { CommandContext } from "@/lib/commands/context";
import { findRepeated, requestHashOf, startPromotion } from "@/lib/commands/request-promotion";
import type { Pool } from "@/lib/db/pool";
import { type Assessment, assess } from "@/lib/facts/assess";
import { findWanted, type Wanted } from "@/lib/facts/automation";
import { refusalOf } from "@/lib/facts/refusal";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import type { Actor } from "@/lib/pipeline/actor";

const automation: Actor = { kind: "system", name: "automation" };

interface AutomaticRequest {
  wanted: Wanted;
  /** The promotion it made; absent where nothing came of it. */
  promotion?: string;
  /** Why it could not be asked for, where something went wrong. */
  error?: unknown;
}

/**
 * Asks, as `automation`, for every release that the policies of environments say should come and nobody asked for:
 * through the same plan, gates and ledger as a person's request. What a gate refuses is left until it would not. Called
 * as often as one likes, by as many processes: a release is asked for once in an environment.
 */
export async function promoteAutomatically(context: CommandContext): Promise<AutomaticRequest[]> {
  const done: AutomaticRequest[] = [];
  for (const wanted of await findWanted(context.pool)) {
    try {
      const promotion = await ask(context, wanted);
      done.push(promotion === undefined ? { wanted } : { wanted, promotion });
    } catch (error) {
      // One that cannot be asked for must not keep the others from it.
      done.push({ wanted, error });
    }
  }
  return done;
}

/** The key is of the release and the environment alone, so that two processes make one. */
function keyOf({ environment, release }: Wanted): string {
  return `automation:${environment}:${release}`.slice(0, 200);
}

async function ask(context: CommandContext, wanted: Wanted): Promise<string | undefined> {
  // Most of what waits for its gates is found out here, without a lock that everybody else of the project waits for.
  if ((await askable(context.pool, wanted, context.now())) === undefined) return undefined;
  return inLedgerTransaction(context.pool, wanted.project, async (tx) => {
    const idempotencyKey = keyOf(wanted);
    const requestHash = requestHashOf(wanted);
    const [still] = await findWanted(tx, wanted);
    if (!still || (await findRepeated(tx, idempotencyKey, requestHash))) return undefined;
    const now = context.now();
    const assessment = await askable(tx, wanted, now);
    if (!assessment) return undefined;
    const reason = "the environment's file promotes by itself";
    const { state } = await startPromotion(tx, assessment, {
      ...{ by: automation, now, reason, causedBy: null, idempotencyKey, requestHash },
    });
    return state.id;
  });
}

/** The plan and its verdicts, where nothing says no. */
async function askable(
  db: Pool | LedgerTransaction,
  { project, environment, release }: Wanted,
  now: string,
): Promise<Assessment | undefined> {
  const signed = { requestedBy: automation, requestedAt: now, given: [] };
  const assessment = await assess(db, { kind: "promote", project, environment, release }, signed, now);
  if (assessment.kind === "noPlan" || (await refusalOf(db, assessment, now))) return undefined;
  return assessment;
}
