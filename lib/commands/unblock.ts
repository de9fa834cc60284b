import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { why } from "@/lib/commands/tell-promotion";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import type { Digest } from "@/lib/pipeline/release/digest";

export const unblockInput = z.strictObject({
  project: z.string().min(1).max(63),
  block: z.string().min(3).max(200),
  why,
});

export interface Unblocked {
  kind: "unblocked";
  id: string;
}

/** Lets a digest into an environment again that failed there, with a reason. */
export async function unblock(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Unblocked | Refusal> {
  const input = parseInput(unblockInput, raw);
  const { project } = input;
  const [found] = await context.pool.query<{ environment: string; service: string; digest: Digest }>(
    sql`select environment, service, digest from block where project = ${project} and id = ${input.block}`,
  );
  if (!found) throw new NotFound();
  const { environment, service, digest } = found;
  mustBeAbleTo(principal, "unblock", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const actor = actorOf(principal);
    const at = context.now();
    const lifted = await tx.execute(
      sql`update block set lifted_at = ${at}, lifted_by = ${json(actor)}::jsonb where id = ${input.block} and lifted_at is null`,
    );
    if (lifted === 0) return { kind: "rejection", code: "notBlocked", message: "this block was lifted already" };
    const data = { id: input.block, service, digest, why: input.why };
    await tx.append([{ kind: "digest.unblocked", data, at, actor, subject: { environment, service } }]);
    await wakeWaiting(tx, project);
    return { kind: "unblocked", id: input.block };
  });
}
