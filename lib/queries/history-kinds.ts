import type { EntryBody } from "@/lib/pipeline/promotion/entry";

type EntryKind = EntryBody["kind"];

/** What each kind of entry is filed under; the compiler lists a kind that is missing. */
const groupOf = {
  "promotion.requested": "promotions",
  "promotion.replanned": "promotions",
  "gates.evaluated": "gates",
  "promotion.approved": "approvals",
  "checklist.ticked": "approvals",
  "checklist.unticked": "approvals",
  "override.requested": "approvals",
  "gate.overridden": "approvals",
  "override.reviewed": "approvals",
  "promotion.rejected": "approvals",
  "promotion.queued": "promotions",
  "promotion.requeued": "promotions",
  "promotion.prolonged": "promotions",
  "promotion.expired": "promotions",
  "promotion.superseded": "promotions",
  "promotion.started": "promotions",
  "rollout.requested": "rollouts",
  "rollout.stepRequested": "rollouts",
  "rollout.stepAccepted": "rollouts",
  "rollout.stepNoted": "rollouts",
  "rollout.stepDone": "rollouts",
  "rollout.stepSkipped": "rollouts",
  "rollout.stepFailed": "rollouts",
  "rollout.paused": "rollouts",
  "rollout.resumed": "rollouts",
  "rollout.analysisSkipped": "rollouts",
  "rollout.promotedFully": "rollouts",
  "rollout.accepted": "rollouts",
  "rollout.observed": "rollouts",
  "rollout.failed": "rollouts",
  "verification.started": "rollouts",
  "verification.checked": "rollouts",
  "verification.passed": "rollouts",
  "verification.failed": "rollouts",
  "trigger.fired": "rollouts",
  "tag.moved": "rollouts",
  "tag.failed": "rollouts",
  "promotion.succeeded": "promotions",
  "promotion.aborted": "promotions",
  "rollback.started": "promotions",
  "revert.requested": "rollouts",
  "revert.accepted": "rollouts",
  "revert.observed": "rollouts",
  "promotion.stuck": "promotions",
  "promotion.unstuck": "promotions",
  "promotion.rolledBack": "promotions",
  "promotion.failed": "promotions",
  "reverification.requested": "rollouts",
  "reverification.passed": "rollouts",
  "reverification.failed": "rollouts",
  "reverification.errored": "rollouts",
  "digest.blocked": "stops",
  "digest.unblocked": "stops",
  "automation.held": "stops",
  "automation.resumed": "stops",
  "digest.pinned": "stops",
  "digest.unpinned": "stops",
  "environment.held": "stops",
  "environment.released": "stops",
  "project.held": "stops",
  "project.released": "stops",
  "colour.retired": "rollouts",
  "colour.kept": "rollouts",
  "deployment.found": "drift",
  "drift.detected": "drift",
  "drift.cleared": "drift",
  "drift.adopted": "drift",
  "project.applied": "settings",
  "policy.proposed": "settings",
  "policy.rejected": "settings",
  "connection.applied": "settings",
  "release.announced": "releases",
  "scan.recorded": "releases",
  "check.reported": "releases",
  "token.created": "settings",
  "token.revoked": "settings",
  "person.revoked": "settings",
  "person.restored": "settings",
} as const satisfies Record<EntryKind, string>;

export type EntryGroup = (typeof groupOf)[EntryKind];

export const entryGroupNames = [
  "promotions",
  "approvals",
  "gates",
  "rollouts",
  "releases",
  "stops",
  "drift",
  "settings",
] as const satisfies readonly EntryGroup[];

/** The kinds of a group. */
export function kindsOf(group: EntryGroup): EntryKind[] {
  return (Object.keys(groupOf) as EntryKind[]).filter((kind) => groupOf[kind] === group);
}

/** What only Waybill's own parts write, whatever a person asked for before: most of a ledger. */
const machineKinds: ReadonlySet<EntryKind> = new Set<EntryKind>([
  "gates.evaluated",
  ...(Object.keys(groupOf) as EntryKind[]).filter(
    (kind) => groupOf[kind] === "rollouts" && kind !== "reverification.requested",
  ),
  "deployment.found",
  "drift.detected",
  "drift.cleared",
]);

/** The kinds that a person or a token can have written. */
export const peopleKinds: readonly EntryKind[] = (Object.keys(groupOf) as EntryKind[]).filter(
  (kind) => !machineKinds.has(kind),
);
