import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import type { Queued } from "@/lib/commands/try-notification";
import { json, sql } from "@/lib/db/sql";
import { announceChange } from "@/lib/ledger/announce-change";
import { NotFound, parseInput } from "@/lib/pipeline/errors";

export const sendNotificationAgainInput = z.strictObject({ project: z.string().min(1).max(63), id: z.uuid() });

/** Lets a notification that was given up be sent once more, from the first attempt on. Throws NotFound, Forbidden. */
export async function sendNotificationAgain(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Queued | Refusal> {
  const input = parseInput(sendNotificationAgainInput, raw);
  mustBeAbleTo(principal, "configure", { project: input.project });
  const [known] = await context.pool.query<{ id: string }>(
    sql`select id from notification where project = ${input.project} and id = ${input.id}`,
  );
  if (!known) throw new NotFound(`a notification of ${input.project}`);
  const changed = await context.pool.execute(
    sql`update notification set status = 'due', due_at = date_trunc('milliseconds', now()), attempts = 0, ended_at = null, lease_until = null,
               asked_by = ${json(actorOf(principal))}::jsonb
         where project = ${input.project} and id = ${input.id} and status = 'dead'`,
  );
  if (changed !== 1)
    return { kind: "rejection", code: "notDead", message: "it was not given up, or is sent again already" };
  announceChange(context.pool, { project: input.project, kind: "notification.changed" });
  return { kind: "queued", id: input.id };
}
