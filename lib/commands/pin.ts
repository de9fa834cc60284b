import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import { digestInput, digestPlace, refuseUnknownDigest } from "@/lib/commands/block";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { why } from "@/lib/commands/tell-promotion";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { parseInput } from "@/lib/pipeline/errors";
import type { Digest } from "@/lib/pipeline/release/digest";

export const pinInput = digestInput;
export const unpinInput = z.strictObject({ ...digestPlace, why });

export interface Pinned {
  kind: "pinned" | "unpinned";
  id: string;
}

/**
 * Keeps a digest of a service in an environment: promotions to another one wait, and automation stays off, until the pin
 * is lifted. It moves nothing by itself, and a rollback is not stopped by it.
 */
export async function pin(context: CommandContext, principal: Principal, raw: unknown): Promise<Pinned | Refusal> {
  const { project, environment, service, digest, reason } = parseInput(pinInput, raw);
  mustBeAbleTo(principal, "pin", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const unknown = await refuseUnknownDigest(tx, { project, environment, service, digest });
    if (unknown) return unknown;
    const id = `${project}:${environment}:${service}:${tx.head.seq + 1}`;
    const at = context.now();
    const actor = actorOf(principal);
    const written = await tx.execute(
      sql`insert into pin (id, project, service, environment, digest, reason, pinned_by, pinned_at)
          values (${id}, ${project}, ${service}, ${environment}, ${digest}, ${reason}, ${json(actor)}::jsonb, ${at})
          on conflict do nothing`,
    );
    if (written === 0) {
      const message = `${service} is pinned in ${environment} already: lift that pin first`;
      return { kind: "rejection", code: "alreadyPinned", message };
    }
    const data = { id, service, digest: digest as Digest, reason };
    await tx.append([{ kind: "digest.pinned", data, at, actor, subject: { environment, service } }]);
    await wakeWaiting(tx, project);
    return { kind: "pinned", id };
  });
}

/** Lifts the pin of a service in an environment, with a reason; promotions that waited for it are looked at again. */
export async function unpin(context: CommandContext, principal: Principal, raw: unknown): Promise<Pinned | Refusal> {
  const input = parseInput(unpinInput, raw);
  const { project, environment, service } = input;
  mustBeAbleTo(principal, "pin", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const at = context.now();
    const actor = actorOf(principal);
    const [lifted] = await tx.query<{ id: string; digest: Digest }>(
      sql`update pin set lifted_at = ${at}, lifted_by = ${json(actor)}::jsonb
           where project = ${project} and environment = ${environment} and service = ${service} and lifted_at is null
           returning id, digest`,
    );
    if (!lifted) {
      return { kind: "rejection", code: "notPinned", message: `${service} is not pinned in ${environment}` };
    }
    const data = { ...lifted, service, why: input.why };
    await tx.append([{ kind: "digest.unpinned", data, at, actor, subject: { environment, service } }]);
    await wakeWaiting(tx, project);
    return { kind: "unpinned", id: lifted.id };
  });
}
