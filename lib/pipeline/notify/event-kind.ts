/** What somebody can ask to be told. Most are the ledger's own words; approvals are asked for by a promotion's plan. */
export const eventKinds = [
  "approval.requested",
  "approval.expiring",
  "promotion.requested",
  "promotion.approved",
  "promotion.rejected",
  "checklist.ticked",
  "checklist.unticked",
  "override.requested",
  "gate.overridden",
  "override.reviewed",
  "promotion.expired",
  "promotion.superseded",
  "promotion.aborted",
  "promotion.started",
  "promotion.succeeded",
  "promotion.rolledBack",
  "promotion.failed",
  "promotion.stuck",
  "environment.held",
  "environment.released",
  "project.held",
  "project.released",
  "digest.blocked",
  "digest.unblocked",
  "drift.detected",
  "release.announced",
  "policy.proposed",
] as const;

export type EventKind = (typeof eventKinds)[number];

/** What was asked for in a chat has an answer by now: the message that asked is changed. Nobody subscribes to it. */
export const answeredKind = "approval.answered";

/** What a delivery tells: an event, what became of what it asked for, or that somebody tries the subscription. */
export type Occasion = EventKind | typeof answeredKind | "test";

const known: ReadonlySet<string> = new Set(eventKinds);

export function isEventKind(kind: string): kind is EventKind {
  return known.has(kind);
}
