import { z } from "zod";
import { can } from "@/lib/auth/permissions";
import { actorOf, EVERY_PROJECT, type Principal, personOf } from "@/lib/auth/principal";
import type { Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import { instanceChain } from "@/lib/pipeline/instance-chain";

export const revokeTokenInput = z.strictObject({ id: z.uuid("the id of a token, as the list of tokens shows it") });
export type RevokeTokenInput = z.input<typeof revokeTokenInput>;

/**
 * Makes a token void at once; revoking it again does nothing. Its owner may, the project's administrators may, and the
 * token itself. Throws InvalidInput or NotFound, the latter also to whoever may not.
 */
export async function revokeToken(pool: Pool, principal: Principal, input: RevokeTokenInput, now: Date): Promise<void> {
  const { id } = parseInput(revokeTokenInput, input);
  const [token] = await pool.query<{ project: string; owner: string }>(
    sql`SELECT project, owner FROM api_token WHERE id = ${id}`,
  );
  if (token === undefined || !mayRevoke(principal, id, token)) throw new NotFound(`token ${id}`);
  const chain = token.project === EVERY_PROJECT ? instanceChain : token.project;
  await inLedgerTransaction(pool, chain, async (tx) => {
    const changed = await tx.execute(
      sql`UPDATE api_token SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL`,
    );
    if (changed === 0) return;
    await tx.append([
      { kind: "token.revoked", data: { id }, at: now.toISOString(), actor: actorOf(principal), subject: {} },
    ]);
  });
}

function mayRevoke(principal: Principal, id: string, token: { project: string; owner: string }): boolean {
  if (principal.kind === "token" && principal.id === id) return true;
  if (token.project === EVERY_PROJECT) return can(principal, "administer", { instance: true });
  if (can(principal, "configure", { project: token.project })) return true;
  const own = personOf(principal).id === token.owner;
  return own && (principal.kind === "person" || can(principal, "createToken", { project: token.project }));
}
