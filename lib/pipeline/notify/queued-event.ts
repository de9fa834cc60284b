import { type EventKind, isEventKind } from "@/lib/pipeline/notify/event-kind";
import { reminderAt } from "@/lib/pipeline/notify/reminder";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { Entry } from "@/lib/pipeline/promotion/entry";

/** Something that subscribers are told of, by the entry that caused it. */
export interface QueuedEvent {
  kind: EventKind;
  /** The entry's number in the project's chain. */
  seq: number;
  environment: string | null;
  /** It concerns every environment, so whoever subscribes to any of them is told. */
  everywhere?: true;
  promotion: string | null;
  /** When it is told; undefined for at once. */
  dueAt?: string;
}

/** What is worth telling of some entries, in their order: each event once for the entry that caused it. Pure. */
export function queuedEvents(entries: readonly (Entry & { seq: number })[]): QueuedEvent[] {
  return entries.flatMap((entry) => {
    const { seq, subject } = entry;
    const wide = entry.kind === "project.held" || entry.kind === "project.released";
    const base = {
      ...{ seq, environment: subject.environment ?? null, promotion: subject.promotion ?? null },
      ...(wide ? { everywhere: true as const } : {}),
    };
    const events: QueuedEvent[] = [];
    // Told to whoever subscribes to one of the environments that it guards, and once to each channel.
    const guarded = entry.kind === "policy.proposed" ? entry.data.environments : [base.environment];
    if (isEventKind(entry.kind)) {
      const { kind } = entry;
      events.push(...guarded.map((environment) => ({ kind, ...base, environment })));
    }
    if (entry.kind === "promotion.requested" || entry.kind === "promotion.replanned") {
      if (!asksForApproval(entry.data.plan)) return events;
      events.push({ kind: "approval.requested", ...base });
    }
    if (entry.kind === "promotion.requested") {
      const dueAt = reminderAt(entry.at, entry.data.expiresAt);
      if (dueAt !== undefined) events.push({ kind: "approval.expiring", ...base, dueAt });
    }
    return events;
  });
}

/** After these, what a message asks for is another thing, or nothing. */
const answers: ReadonlySet<Entry["kind"]> = new Set([
  "promotion.approved",
  "promotion.rejected",
  "promotion.replanned",
  "promotion.expired",
  "promotion.superseded",
  "promotion.aborted",
  "promotion.started",
]);

/** The promotions of which a message that asked for an approval may have to be changed, by the entry that says so. Pure. */
export function answeredBy(entries: readonly (Entry & { seq: number })[]): { seq: number; promotion: string }[] {
  return entries.flatMap(({ kind, seq, subject: { promotion } }) =>
    answers.has(kind) && promotion !== undefined ? [{ seq, promotion }] : [],
  );
}

function asksForApproval(plan: Plan): boolean {
  return plan.gates.some((gate) => gate.kind === "approval" && !gate.shadow);
}
