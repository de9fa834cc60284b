import type { StateName } from "@/components/state/state-language";
import type { EntryBody } from "@/lib/pipeline/promotion/entry";

export type EntryKind = EntryBody["kind"];

/** The shape and colour that each kind of entry is drawn with. */
export const entryStates = {
  "promotion.requested": "requested",
  "promotion.replanned": "waiting",
  "gates.evaluated": "waiting",
  "promotion.approved": "approved",
  "override.requested": "waiting",
  "gate.overridden": "degraded",
  "override.reviewed": "approved",
  "promotion.rejected": "rejected",
  "promotion.queued": "queued",
  "promotion.requeued": "queued",
  "promotion.prolonged": "waiting",
  "promotion.expired": "expired",
  "promotion.superseded": "superseded",
  "promotion.started": "rollingOut",
  "rollout.requested": "requested",
  "rollout.accepted": "accepted",
  "rollout.observed": "observed",
  "rollout.failed": "failed",
  "verification.started": "verifying",
  "verification.checked": "verifying",
  "verification.passed": "pass",
  "verification.failed": "fail",
  "tag.moved": "rollingOut",
  "tag.failed": "errored",
  "promotion.succeeded": "succeeded",
  "promotion.aborted": "aborted",
  "rollback.started": "rollingBack",
  "revert.requested": "requested",
  "revert.accepted": "accepted",
  "revert.observed": "rolledBack",
  "promotion.stuck": "stuck",
  "promotion.unstuck": "rollingBack",
  "promotion.rolledBack": "rolledBack",
  "promotion.failed": "failed",
  "digest.blocked": "blocked",
  "digest.unblocked": "open",
  "automation.held": "held",
  "automation.resumed": "open",
  "digest.pinned": "pinned",
  "digest.unpinned": "open",
  "environment.held": "held",
  "environment.released": "open",
  "project.held": "held",
  "project.released": "open",
  "deployment.found": "observed",
  "drift.detected": "drift",
  "drift.cleared": "observed",
  "drift.adopted": "approved",
  "project.applied": "requested",
  "policy.proposed": "waiting",
  "policy.rejected": "rejected",
  "connection.applied": "requested",
  "release.announced": "requested",
  "scan.recorded": "requested",
  "token.created": "approved",
  "token.revoked": "revoked",
} as const satisfies Record<EntryKind, StateName>;

/** The state that an entry is drawn with; one of a kind that this page does not know yet is a plain ring. */
export function entryState(kind: string): StateName {
  return (entryStates as Record<string, StateName>)[kind] ?? "requested";
}
