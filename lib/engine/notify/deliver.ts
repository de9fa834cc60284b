import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { failpoint } from "@/lib/engine/failpoint";
import {
  type DueNotification,
  type NotificationOutcome,
  settleNotification,
} from "@/lib/engine/notify/due-notification";
import { type EntryRow, entryFromRow } from "@/lib/ledger/ledger-entry";
import { loadPromotion } from "@/lib/ledger/record-promotion";
import { answeredKind, isEventKind } from "@/lib/pipeline/notify/event-kind";
import type { Message } from "@/lib/pipeline/notify/message";
import { answeredMessage, type Dropped, messageOf } from "@/lib/pipeline/notify/message-of";
import { nextAttempt, type Refusal } from "@/lib/pipeline/notify/next-attempt";
import { testMessage } from "@/lib/pipeline/notify/test-message";
import type { Channel } from "@/lib/pipeline/policy/notify";
import { ExternalError } from "@/lib/ports/external-error";

/**
 * Tells what a due notification is about, to the channel as the project file has it now, and writes what came of it:
 * delivered, tried again later, given up, or dropped where there is nothing to tell any more. A worker that dies after
 * the sending sends again: receivers are told the same id.
 */
export async function deliver(engine: Engine, taken: DueNotification): Promise<void> {
  await failpoint("notify:taken");
  const outcome = await attempt(engine, taken);
  await failpoint("notify:sent");
  const kept = await settleNotification(engine, taken, outcome);
  if (!kept) engine.log("warn", "the lease of a notification is lost", { notification: taken.id });
  else if (outcome.status === "dead") engine.log("warn", "a notification is given up", { notification: taken.id });
}

async function attempt(engine: Engine, taken: DueNotification): Promise<NotificationOutcome> {
  const channel = await loadChannel(engine, taken);
  if (channel === undefined) return { status: "dropped", said: "the project file does not name this channel any more" };
  if (taken.event === answeredKind) return change(engine, taken, channel);
  const message = await load(engine, taken);
  if ("kind" in message) return { status: "dropped", said: message.why };
  try {
    const notifier = await engine.world.notifier(taken.project, channel);
    const said = await notifier.send({ id: taken.id, message }, AbortSignal.timeout(engine.callMs));
    return { status: "delivered", said };
  } catch (error) {
    const { refusal, said } = refusalOf(engine, taken, error);
    const next = nextAttempt(taken.attempts, refusal, taken.event === "test");
    return next === "dead" ? { status: "dead", said } : { status: "due", said, pauseMs: next.pauseMs };
  }
}

/** Changes what was posted before: what it asked for has an answer. Changed twice it is the same. */
async function change(engine: Engine, taken: DueNotification, channel: Channel): Promise<NotificationOutcome> {
  const { project, promotion, seq } = taken;
  const notifier = await engine.world.notifier(project, channel);
  const [row] = await loadEntryRows(engine, project, seq);
  const state = promotion === null ? undefined : await loadPromotion(engine.pool, project, promotion);
  if (!row || !state || !notifier.change) return { status: "dropped", said: "there is nothing to change" };
  const occurrence = { project, entry: entryFromRow(row), promotion: state, origin: engine.publicUrl };
  const posted = await engine.pool.query<{ name: string; planHash: string }>(
    sql`select substr(n.said, length('posted as ') + 1) as name, e.data->>'planHash' as "planHash"
          from notification n join ledger_entry e on e.project = n.project and e.seq = n.seq
         where n.promotion = ${promotion} and n.project = ${project} and n.channel = ${taken.channel}
           and n.event in ('approval.requested', 'approval.expiring') and n.said like 'posted as %'`,
  );
  try {
    for (const { name, planHash } of posted) {
      const message = answeredMessage(occurrence, state, planHash);
      await notifier.change(name, message, AbortSignal.timeout(engine.callMs));
    }
    return { status: "delivered", said: "changed" };
  } catch (error) {
    const { refusal, said } = refusalOf(engine, taken, error);
    const next = nextAttempt(taken.attempts, refusal, false);
    return next === "dead" ? { status: "dead", said } : { status: "due", said, pauseMs: next.pauseMs };
  }
}

function loadEntryRows(engine: Engine, project: string, seq: number | null): Promise<EntryRow[]> {
  return engine.pool.query<EntryRow>(
    sql`select project, seq, at, kind, actor, promotion, service, environment, release, data, prev, hash
          from ledger_entry where project = ${project} and seq = ${seq}`,
  );
}

/** Whatever else is thrown is ours: its words stay in the log, and it is not tried for ever. */
function refusalOf(engine: Engine, { id }: DueNotification, error: unknown): { refusal: Refusal; said: string } {
  if (error instanceof ExternalError) return { refusal: error, said: error.message };
  const message = error instanceof Error ? error.message : String(error);
  engine.log("error", "a notification could not be sent by a fault of Waybill's own", { notification: id, message });
  return { refusal: { retryable: true }, said: "Waybill itself failed; its log says how" };
}

/** The address and the references to secrets come from the stored file, whatever the notification was queued with. */
async function loadChannel({ pool }: Engine, { project, channel }: DueNotification): Promise<Channel | undefined> {
  const [row] = await pool.query<{ channel: Channel }>(
    sql`select channel from subscription where project = ${project} and key = ${channel} order by position limit 1`,
  );
  return row?.channel;
}

async function load(engine: Engine, taken: DueNotification): Promise<Message | Dropped> {
  const { project, event, seq, promotion, createdAt } = taken;
  const origin = engine.publicUrl;
  if (!isEventKind(event)) return testMessage({ project, at: createdAt, origin });
  const [row] = await loadEntryRows(engine, project, seq);
  if (!row) return { kind: "dropped", why: "the entry is not there" };
  const state = promotion === null ? undefined : await loadPromotion(engine.pool, project, promotion);
  return messageOf({ kind: event, project, entry: entryFromRow(row), promotion: state, origin });
}
