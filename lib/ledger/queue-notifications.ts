import { allSent } from "@/lib/db/all-sent";
import { json, prepared, type Queryable, sql } from "@/lib/db/sql";
import { answeredKind } from "@/lib/pipeline/notify/event-kind";
import { answeredBy, type QueuedEvent, queuedEvents } from "@/lib/pipeline/notify/queued-event";
import type { Entry } from "@/lib/pipeline/promotion/entry";

/**
 * Writes down what the entries are to be told of, one row for each event and channel that the project file subscribes,
 * in the transaction of the entries: they are told if and only if they stand. Undefined where nothing is worth telling.
 */
export function queueNotifications(
  tx: Queryable,
  project: string,
  entries: readonly (Entry & { seq: number })[],
): Promise<unknown> | undefined {
  const events = queuedEvents(entries);
  const answered = answeredBy(entries);
  if (events.length === 0 && answered.length === 0) return undefined;
  return allSent([
    events.length === 0 ? undefined : tx.execute(insertion(project, events)),
    answered.length === 0 ? undefined : tx.execute(changes(project, answered)),
  ]);
}

function insertion(project: string, events: readonly QueuedEvent[]) {
  return prepared(
    "queue_notifications",
    sql`insert into notification (project, channel, event, seq, promotion, environment, due_at)
        select distinct s.project, s.key, e.kind, e.seq, e.promotion, e.environment, coalesce(e."dueAt", date_trunc('milliseconds', now()))
          from jsonb_to_recordset(${json(events)}::jsonb)
                 as e (kind text, seq bigint, promotion text, environment text, everywhere boolean, "dueAt" timestamptz)
          join subscription s on s.project = ${project} and e.kind = any(s.events)
           and (s.environments is null or e.everywhere or e.environment = any(s.environments))
        on conflict (project, event, seq, channel) do nothing`,
  );
}

/** Only what stands in a chat that can change its messages is changed: it said under which name it was posted. */
function changes(project: string, answered: readonly { seq: number; promotion: string }[]) {
  return prepared(
    "queue_answers",
    sql`insert into notification (project, channel, event, seq, promotion, environment)
        select distinct n.project, n.channel, ${answeredKind}, e.seq, n.promotion, n.environment
          from jsonb_to_recordset(${json(answered)}::jsonb) as e (seq bigint, promotion text)
          join notification n on n.promotion = e.promotion and n.project = ${project}
           and n.event in ('approval.requested', 'approval.expiring') and n.said like 'posted as %'
        on conflict (project, event, seq, channel) do nothing`,
  );
}
