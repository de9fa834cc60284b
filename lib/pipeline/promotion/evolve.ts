import type { Entry, PromotionEntry } from "@/lib/pipeline/promotion/entry";
import { BrokenHistory, moveRollout } from "@/lib/pipeline/promotion/evolve-rollout";
import type {
  Override,
  PromotionBase,
  PromotionState,
  RolloutState,
  TagOfService,
  Tick,
} from "@/lib/pipeline/promotion/state";

/**
 * The state after `entry`. Entries about the environment (a block, a hold) leave a promotion as it is. Throws
 * BrokenHistory where the entry cannot follow: decide never writes such a one.
 */
export function evolve(state: PromotionState | undefined, entry: Entry): PromotionState | undefined {
  if (!state) {
    if (entry.kind !== "promotion.requested") return undefined;
    const { id, number, plan, planHash, reason, causedBy, expiresAt } = entry.data;
    return {
      ...{ id, number, project: plan.project, plan, planHash, reason, causedBy, expiresAt },
      ...{ requestedBy: entry.actor, requestedAt: entry.at, approvals: [], verdicts: [] },
      ...{ phase: "waiting", since: entry.at },
    };
  }
  const overrides = applyOverride(state.overrides ?? [], entry as PromotionEntry);
  if (overrides) return { ...state, overrides };
  const ticks = applyTick(state.ticks ?? [], entry as PromotionEntry);
  if (ticks) return { ...state, ticks };
  const applied = applyWaiting(state, entry as PromotionEntry) ?? applyRunning(state, entry as PromotionEntry);
  return applied ?? applyEnd(state, entry as PromotionEntry);
}

/** What every phase keeps; a new phase begins from this and carries nothing over by accident. */
function baseOf(state: PromotionState): PromotionBase {
  const { id, number, project, plan, planHash, requestedBy, requestedAt, reason, causedBy, expiresAt } = state;
  const { approvals, verdicts, ticks, overrides } = state;
  return {
    id,
    number,
    project,
    plan,
    planHash,
    requestedBy,
    requestedAt,
    reason,
    causedBy,
    expiresAt,
    approvals,
    verdicts,
    ...(ticks ? { ticks } : {}),
    ...(overrides ? { overrides } : {}),
  };
}

/** The ticks after an entry about one; undefined for any other entry. */
function applyTick(before: Tick[], entry: PromotionEntry): Tick[] | undefined {
  if (entry.kind !== "checklist.ticked" && entry.kind !== "checklist.unticked") return undefined;
  const { gate, item, planHash } = entry.data;
  const others = before.filter((one) => one.gate !== gate || one.item !== item || one.planHash !== planHash);
  return entry.kind === "checklist.ticked" ? [...others, { ...entry.data, by: entry.actor, at: entry.at }] : others;
}

/** The overrides after an entry about them, in whatever phase; undefined for any other entry. */
function applyOverride(before: Override[], entry: PromotionEntry): Override[] | undefined {
  const { at, actor: by } = entry;
  switch (entry.kind) {
    case "override.requested":
      return [...before, { ...entry.data, by, at, needsSecond: true, confirmed: null, review: null }];
    case "gate.overridden": {
      const { confirmedBy, ...data } = entry.data;
      if (confirmedBy === null) {
        return [...before, { ...data, by, at, needsSecond: false, confirmed: null, review: null }];
      }
      const confirmed = { by, person: confirmedBy, at };
      return before.map((one) => (one.id === data.id ? { ...one, confirmed } : one));
    }
    case "override.reviewed": {
      const { id, person, words } = entry.data;
      return before.map((one) => (one.id === id ? { ...one, review: { by, person, words, at } } : one));
    }
    default:
      return undefined;
  }
}

function applyWaiting(state: PromotionState, entry: PromotionEntry): PromotionState | undefined {
  const base = baseOf(state);
  const { at } = entry;
  switch (entry.kind) {
    case "promotion.replanned":
      return { ...state, plan: entry.data.plan, planHash: entry.data.planHash };
    case "gates.evaluated":
      return { ...state, verdicts: entry.data.verdicts };
    case "promotion.approved": {
      const approval = { by: entry.actor, decision: "approved" as const, ...entry.data, at };
      return { ...state, approvals: [...state.approvals, approval] };
    }
    case "promotion.prolonged":
      return { ...state, expiresAt: entry.data.expiresAt };
    case "promotion.queued":
      return { ...base, phase: "queued", since: at };
    case "promotion.requeued":
      return { ...base, phase: "waiting", since: at };
    case "promotion.started": {
      const rollouts = state.plan.services.map((one): RolloutState => ({ service: one.service, phase: "pending" }));
      return { ...base, verdicts: entry.data.verdicts, phase: "rollingOut", since: at, rollouts };
    }
    default:
      return undefined;
  }
}

function movedTagsOf({ movedTags }: { movedTags?: TagOfService[] }): { movedTags?: TagOfService[] } {
  return movedTags === undefined ? {} : { movedTags };
}

function rolloutsOf(state: PromotionState, entry: Entry): RolloutState[] {
  if (!("rollouts" in state)) throw new BrokenHistory(entry, state.phase);
  return state.rollouts;
}

function applyRunning(state: PromotionState, entry: PromotionEntry): PromotionState | undefined {
  const { at } = entry;
  switch (entry.kind) {
    case "rollout.requested":
    case "rollout.stepRequested":
    case "rollout.stepAccepted":
    case "rollout.stepNoted":
    case "rollout.stepDone":
    case "rollout.stepSkipped":
    case "rollout.stepFailed":
    case "rollout.paused":
    case "rollout.resumed":
    case "rollout.analysisSkipped":
    case "rollout.promotedFully":
    case "rollout.accepted":
    case "rollout.observed":
    case "rollout.failed":
    case "revert.requested":
    case "revert.accepted":
    case "revert.observed": {
      const rollouts = rolloutsOf(state, entry).map((one) =>
        one.service === entry.data.service ? moveRollout(one, entry) : one,
      );
      return { ...state, rollouts } as PromotionState;
    }
    case "verification.started": {
      const { checks, watchUntil, deadlineAt } = entry.data;
      const tags = state.plan.tags.map((tag) => ({ ...tag, status: "due" as const, note: "" }));
      const rollouts = rolloutsOf(state, entry);
      const moments = { watchUntil, deadlineAt, passedAt: null };
      return { ...baseOf(state), phase: "verifying", since: at, rollouts, checks, ...moments, tags };
    }
    case "verification.checked":
      return state.phase === "verifying" ? { ...state, checks: entry.data.checks } : state;
    case "verification.passed":
      return state.phase === "verifying" ? { ...state, passedAt: at } : state;
    case "verification.failed":
    case "trigger.fired":
      return state;
    case "tag.moved":
    case "tag.failed":
      return applyTag(state, entry);
    case "rollback.started":
      return {
        ...baseOf(state),
        phase: "rollingBack",
        since: at,
        rollouts: rolloutsOf(state, entry),
        cause: entry.data.cause,
        ...movedTagsOf(entry.data),
      };
    case "promotion.stuck": {
      if (state.phase !== "rollingBack") throw new BrokenHistory(entry, state.phase);
      return {
        ...baseOf(state),
        phase: "stuck",
        since: at,
        rollouts: state.rollouts,
        cause: state.cause,
        trouble: entry.data.trouble,
        ...movedTagsOf(state),
      };
    }
    case "promotion.unstuck": {
      if (state.phase !== "stuck") throw new BrokenHistory(entry, state.phase);
      const { rollouts, cause } = state;
      return { ...baseOf(state), phase: "rollingBack", since: at, rollouts, cause, ...movedTagsOf(state) };
    }
    default:
      return undefined;
  }
}

function applyTag(state: PromotionState, entry: PromotionEntry & { kind: "tag.moved" | "tag.failed" }): PromotionState {
  // After a way back a tag names again what runs: the promotion has ended by then.
  if (state.phase === "rolledBack" || state.phase === "aborted") return state;
  if (state.phase !== "verifying") throw new BrokenHistory(entry, state.phase);
  const { service, tag } = entry.data;
  const settled =
    entry.kind === "tag.moved"
      ? { status: "moved" as const, note: entry.at }
      : { status: "failed" as const, note: entry.data.reason };
  const tags = state.tags.map((one) => (one.service === service && one.tag === tag ? { ...one, ...settled } : one));
  return { ...state, tags };
}

function applyEnd(state: PromotionState, entry: PromotionEntry): PromotionState {
  const base = baseOf(state);
  const endedAt = entry.at;
  switch (entry.kind) {
    case "promotion.succeeded": {
      if (state.phase !== "verifying") throw new BrokenHistory(entry, state.phase);
      const { rollouts, checks, tags } = state;
      return { ...base, phase: "succeeded", endedAt, rollouts, checks, tags };
    }
    case "promotion.rejected":
      return {
        ...base,
        phase: "rejected",
        endedAt,
        by: entry.actor.kind === "system" ? null : entry.actor,
        why: entry.data.why,
      };
    case "promotion.expired":
      return { ...base, phase: "expired", endedAt };
    case "promotion.superseded":
      return { ...base, phase: "superseded", endedAt, supersededBy: entry.data.supersededBy };
    case "promotion.aborted": {
      const rollouts = "rollouts" in state ? state.rollouts : [];
      return { ...base, phase: "aborted", endedAt, by: entry.actor, why: entry.data.why, rollouts };
    }
    case "promotion.rolledBack": {
      if (state.phase !== "rollingBack") throw new BrokenHistory(entry, state.phase);
      const { rollouts, cause } = state;
      return { ...base, phase: "rolledBack", endedAt, rollouts, cause, nextStep: entry.data.nextStep };
    }
    case "promotion.failed": {
      const cause = entry.data.cause ?? ("cause" in state ? state.cause : undefined);
      if (!cause) throw new BrokenHistory(entry, state.phase);
      const closedBy = entry.actor.kind === "system" ? null : entry.actor;
      return {
        ...base,
        phase: "failed",
        endedAt,
        rollouts: rolloutsOf(state, entry),
        cause,
        nextStep: entry.data.nextStep,
        closedBy,
      };
    }
    default:
      return state;
  }
}
