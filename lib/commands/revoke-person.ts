import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, EVERY_PROJECT, type Principal, personOf } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { why } from "@/lib/commands/tell-promotion";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction, type LedgerTransaction } from "@/lib/ledger/append";
import { Forbidden, NotFound, parseInput } from "@/lib/pipeline/errors";
import { instanceChain } from "@/lib/pipeline/instance-chain";

const person = z.string().min(3).max(500).meta({ description: "a person's id: issuer and subject" });
export const revokePersonInput = z.strictObject({ person, reason: why });
export const restorePersonInput = z.strictObject({ person, why });

export interface PersonRevoked {
  kind: "personRevoked";
  id: string;
  /** How many tokens of theirs became void. */
  tokens: number;
}

export interface PersonRestored {
  kind: "personRestored";
  id: string;
}

interface Row {
  name: string;
  standing: string | null;
}

/**
 * Takes a person's access away until somebody restores it: no sign-in, their sessions and tokens are void, what they
 * signed and has not started counts no more. Only administrators of the installation may, and nobody for themselves: so
 * one administrator always stays.
 */
export async function revokePerson(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<PersonRevoked | Refusal> {
  const input = parseInput(revokePersonInput, raw);
  mustBeAbleTo(principal, "administer", { instance: true });
  if (personOf(principal).id === input.person) {
    return {
      kind: "rejection",
      code: "ownAccess",
      message: "nobody revokes their own access: another administrator must",
    };
  }
  const revoked = await inLedgerTransaction(context.pool, instanceChain, async (tx) => {
    await mustStillAdminister(tx, principal);
    const row = await loadRow(tx, input.person);
    if (row.standing !== null) {
      return { kind: "rejection" as const, code: "alreadyRevoked", message: `${row.name}'s access is revoked already` };
    }
    return writeRevocation(tx, principal, { ...input, name: row.name }, context.now());
  });
  if (revoked.kind === "rejection") return revoked;
  await endTokens(context, principal, input.person);
  await wakeSigned(context, input.person);
  return revoked;
}

/** Lets a person sign in again. Sessions, tokens and signatures from before stay void. */
export async function restorePerson(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<PersonRestored | Refusal> {
  const input = parseInput(restorePersonInput, raw);
  mustBeAbleTo(principal, "administer", { instance: true });
  return inLedgerTransaction(context.pool, instanceChain, async (tx) => {
    await mustStillAdminister(tx, principal);
    const { name, standing } = await loadRow(tx, input.person);
    if (standing === null) return { kind: "rejection", code: "notRevoked", message: `${name}'s access is not revoked` };
    const common = { at: context.now(), actor: actorOf(principal) };
    await tx.execute(
      sql`update revocation set restored_at = ${common.at}, restored_by = ${json(common.actor)}::jsonb where id = ${standing}`,
    );
    const data = { id: standing, person: input.person, name, why: input.why };
    await tx.append([{ kind: "person.restored", data, ...common, subject: {} }]);
    return { kind: "personRestored", id: standing };
  });
}

/** Two administrators may revoke each other at the same moment: the first one counts. */
async function mustStillAdminister(tx: LedgerTransaction, principal: Principal): Promise<void> {
  const { id } = personOf(principal);
  const [row] = await tx.query<{ id: string }>(
    sql`select id from person where id = ${id} and administrator
           and not exists (select from revocation where person = ${id} and restored_at is null)`,
  );
  if (!row) throw new Forbidden(`${id} does not administer the installation any more`);
}

async function loadRow(tx: LedgerTransaction, person: string): Promise<Row> {
  const [row] = await tx.query<Row>(
    sql`select name, (select id from revocation where person = ${person} and restored_at is null) as standing
          from person where id = ${person}`,
  );
  if (!row) throw new NotFound(`person ${person}`);
  return row;
}

async function writeRevocation(
  tx: LedgerTransaction,
  principal: Principal,
  { person: whom, name, reason }: { person: string; name: string; reason: string },
  at: string,
): Promise<PersonRevoked> {
  const id = `${instanceChain}:person:${tx.head.seq + 1}`;
  const actor = actorOf(principal);
  await tx.execute(
    sql`insert into revocation (id, person, reason, revoked_by, revoked_at)
        values (${id}, ${whom}, ${reason}, ${json(actor)}::jsonb, ${at})`,
  );
  // Kept when they are restored: what was made before this moment stays void.
  await tx.execute(sql`update person set revoked_at = ${at} where id = ${whom}`);
  const [counted] = await tx.query<{ tokens: number }>(
    sql`select count(*)::int as tokens from api_token where owner = ${whom} and revoked_at is null and expires_at > ${at}`,
  );
  const tokens = counted?.tokens ?? 0;
  await tx.append([
    { kind: "person.revoked", data: { id, person: whom, name, reason, tokens }, at, actor, subject: {} },
  ]);
  return { kind: "personRevoked", id, tokens };
}

/** They are void already, as their owner's access is: here each chain is told, and the lists show it. */
async function endTokens(context: CommandContext, principal: Principal, owner: string): Promise<void> {
  const rows = await context.pool.query<{ project: string }>(
    sql`select distinct project from api_token where owner = ${owner} and revoked_at is null order by project`,
  );
  for (const { project } of rows) {
    await inLedgerTransaction(context.pool, project === EVERY_PROJECT ? instanceChain : project, async (tx) => {
      const common = { at: context.now(), actor: actorOf(principal), subject: {} };
      const ended = await tx.query<{ id: string }>(
        sql`update api_token set revoked_at = ${common.at}
             where owner = ${owner} and project = ${project} and revoked_at is null returning id`,
      );
      await tx.append(ended.map(({ id }) => ({ kind: "token.revoked" as const, data: { id }, ...common })));
    });
  }
}

/** What they signed and has not started is looked at again at once. */
async function wakeSigned({ pool }: CommandContext, whom: string): Promise<void> {
  await pool.execute(
    sql`update step set due_at = least(due_at, date_trunc('milliseconds', now()))
         where kind = 'evaluate' and status = 'due' and promotion in (
           select id from promotion where phase = any(${["waiting", "queued"]})
              and state->'approvals' @> ${json([{ person: whom }])}::jsonb)`,
  );
}
