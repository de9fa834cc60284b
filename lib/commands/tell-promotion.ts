import { z } from "zod";
import type { Action } from "@/lib/auth/permissions";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { loadPromotion, recordInput } from "@/lib/ledger/record-promotion";
import { NotFound } from "@/lib/pipeline/errors";
import type { PromotionInput } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

export const promotionId = z.string().min(3).max(100);
export const planHash = z.string().regex(/^[0-9a-f]{64}$/, "must be the plan's hash: 64 hex digits");
export const why = z.string().trim().min(3, "say why, in at least 3 characters").max(2000);

export interface Told {
  kind: "told";
  state: PromotionState;
}

/**
 * Says something to one promotion on behalf of a person or token: authorizes for its environment, decides on the state
 * as it is under the lock, records. A refusal writes nothing. NotFound for an id that is not there or not theirs.
 */
export async function tellPromotion(
  context: CommandContext,
  principal: Principal,
  id: string,
  action: Action,
  say: (
    state: PromotionState,
    now: string,
    tx: LedgerTransaction,
  ) => Promise<PromotionInput | Refusal> | PromotionInput | Refusal,
): Promise<Told | Refusal> {
  const [row] = await context.pool.query<{ project: string; environment: string }>(
    sql`select project, environment from promotion where id = ${id}`,
  );
  if (!row) throw new NotFound();
  const { project, environment } = row;
  mustBeAbleTo(principal, action, { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const now = context.now();
    const state = await loadPromotion(tx, project, id);
    if (!state) throw new NotFound();
    const input = await say(state, now, tx);
    if (input.kind === "rejection") return input;
    const recorded = await recordInput(tx, state, input, now);
    return recorded.kind === "rejection" ? recorded : { kind: "told", state: recorded.state };
  });
}
