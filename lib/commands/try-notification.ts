import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { json, sql } from "@/lib/db/sql";
import { announceChange } from "@/lib/ledger/announce-change";
import { NotFound, parseInput } from "@/lib/pipeline/errors";

export const tryNotificationInput = z.strictObject({
  project: z.string().min(1).max(63),
  channel: z.string().min(1).max(20_000),
});

export interface Queued {
  kind: "queued";
  id: string;
}

/**
 * Queues a test to a channel of the project file. The channel is named, never described: where it leads and with which
 * secret is read from the stored file by the engine. Refused while a test of it is under way. Throws NotFound, Forbidden.
 */
export async function tryNotification(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Queued | Refusal> {
  const input = parseInput(tryNotificationInput, raw);
  mustBeAbleTo(principal, "configure", { project: input.project });
  const [known] = await context.pool.query<{ key: string }>(
    sql`select key from subscription where project = ${input.project} and key = ${input.channel} limit 1`,
  );
  if (!known) throw new NotFound(`a channel of ${input.project}`);
  const [row] = await context.pool.query<{ id: string }>(
    sql`insert into notification (project, channel, event, asked_by, due_at)
        select ${input.project}, ${input.channel}, 'test', ${json(actorOf(principal))}::jsonb, date_trunc('milliseconds', now())
         where not exists (select from notification where project = ${input.project} and channel = ${input.channel}
                              and event = 'test' and status = 'due')
        returning id`,
  );
  if (!row) return { kind: "rejection", code: "underWay", message: "a test of it is under way already" };
  announceChange(context.pool, { project: input.project, kind: "notification.changed" });
  return { kind: "queued", id: row.id };
}
