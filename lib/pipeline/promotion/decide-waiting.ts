import { personBehind } from "@/lib/pipeline/actor";
import { isOpen, refuses, type Verdict } from "@/lib/pipeline/gates/gate";
import { opensByItself } from "@/lib/pipeline/gates/opens-by-itself";
import { strictestStepUp } from "@/lib/pipeline/gates/planned-gate";
import { stepUpProblem } from "@/lib/pipeline/gates/step-up";
import { beginRollout } from "@/lib/pipeline/promotion/begin-rollout";
import { confirmOverride, decideOverride, passedBySeverity } from "@/lib/pipeline/promotion/decide-override";
import { decideTick } from "@/lib/pipeline/promotion/decide-tick";
import { type Decision, decision, effect, entryFor, later, refuse, worker } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

type Waiting = PromotionState & { phase: "waiting" | "queued" };

/** After its window has opened it may still have to wait: for its place, for a worker that was away. */
const afterOpeningMs = 86_400_000;
/** A gate that nothing else wakes is asked again this often. */
const askAgainMs = 60_000;
/** A freed place wakes the queue at once; this is the sweep behind it. */
const queueAgainMs = 15_000;

/** A promotion that has changed nothing yet: gates, approvals, the queue. */
export function decideWaiting(state: Waiting, input: PromotionInput, now: string): Decision | Rejection {
  switch (input.kind) {
    case "evaluated":
      return evaluated(state, input, now);
    case "approve":
      return approve(state, input, now);
    case "tick":
      return decideTick(state, input, now);
    case "override":
      return decideOverride(state, input, now);
    case "confirmOverride":
      return confirmOverride(state, input, now);
    case "reject": {
      if (input.planHash !== state.planHash) return planChanged(state);
      const write = entryFor(state, now, input.by);
      const data = { planHash: input.planHash, why: input.why, ...(input.via ? { via: input.via } : {}) };
      return decision([write({ kind: "promotion.rejected", data })]);
    }
    case "abort":
      return decision([entryFor(state, now, input.by)({ kind: "promotion.aborted", data: { why: input.why } })]);
    case "supersede":
      return decision([
        entryFor(state, now, worker)({ kind: "promotion.superseded", data: { supersededBy: input.by } }),
      ]);
    default:
      return refuse("stale", `${state.id} has not started: ${input.kind} does not apply`);
  }
}

function planChanged(state: Waiting): Rejection {
  return refuse("planChanged", `the plan of ${state.id} is another one now; look at it and decide again`);
}

function approve(state: Waiting, input: PromotionInput & { kind: "approve" }, now: string): Decision | Rejection {
  if (!state.plan.gates.some((gate) => gate.kind === "approval")) {
    return refuse("approvalNotAsked", `${state.id} asks for no approval`);
  }
  // The worker will say that it expired; until then nobody may believe that a late yes counts.
  if (now >= state.expiresAt) return refuse("ended", `${state.id} waited for an answer until ${state.expiresAt}`);
  if (input.planHash !== state.planHash) return planChanged(state);
  if (input.person === personBehind(state.requestedBy)) {
    return refuse("selfApproval", "who asked for a promotion may not approve it: another person must");
  }
  const before = state.approvals.some((one) => one.person === input.person && one.planHash === state.planHash);
  if (before && !input.lapsed) return refuse("alreadyApproved", "you approved this plan already");
  const stale = stepUpProblem(input, now, strictestStepUp(state.plan));
  if (stale) return refuse("stepUpNeeded", stale);
  const { person, planHash, reason, authenticatedAt, via } = input;
  const fresh = authenticatedAt === null ? {} : { authenticatedAt };
  const data = { person, planHash, reason, ...fresh, ...(via ? { via } : {}) };
  return decision(
    [entryFor(state, now, input.by)({ kind: "promotion.approved", data })],
    [effect(state.id, now, { kind: "evaluate" })],
  );
}

function evaluated(state: Waiting, input: PromotionInput & { kind: "evaluated" }, now: string): Decision {
  const write = entryFor({ id: state.id, plan: input.plan }, now, worker);
  const expiresAt = prolonged(state.expiresAt, input.verdicts);
  if (now >= expiresAt) return decision([write({ kind: "promotion.expired", data: {} })]);

  const entries: Entry[] = [];
  if (expiresAt !== state.expiresAt) entries.push(write({ kind: "promotion.prolonged", data: { expiresAt } }));
  const replanned = input.planHash !== state.planHash;
  if (replanned) {
    const { plan, planHash, changes } = input;
    const voided = state.approvals.filter((one) => one.planHash === state.planHash).length;
    const ticks = (state.ticks ?? []).filter((one) => one.planHash === state.planHash).length;
    const data = { plan, planHash, changes, voided, ...(ticks > 0 ? { voidedTicks: ticks } : {}) };
    entries.push(write({ kind: "promotion.replanned", data }));
  }
  const { planHash, verdicts } = input;
  const no = verdicts.find(refuses);
  if (no) {
    entries.push(write({ kind: "gates.evaluated", data: { planHash, verdicts } }));
    entries.push(write({ kind: "promotion.rejected", data: { planHash, why: `${no.gate}: ${no.summary}` } }));
    return decision(entries);
  }
  if (verdicts.every(isOpen)) return opened(state, input, entries, now);

  if (state.phase === "queued") {
    const closed = verdicts.filter((verdict) => !isOpen(verdict));
    entries.push(
      write({ kind: "promotion.requeued", data: { why: closed.map((v) => `${v.gate}: ${v.summary}`).join("; ") } }),
    );
  }
  if (replanned || state.phase === "queued" || changed(state.verdicts, verdicts)) {
    entries.push(write({ kind: "gates.evaluated", data: { planHash, verdicts } }));
  }
  return decision(entries, [effect(state.id, nextLook(verdicts, expiresAt, now), { kind: "evaluate" })]);
}

/** What waits for nothing but a window that opens by itself does not expire before it could have started. */
function prolonged(expiresAt: string, verdicts: Verdict[]): string {
  const opens = opensByItself(verdicts);
  const until = opens === undefined ? expiresAt : later(opens, afterOpeningMs);
  return until > expiresAt ? until : expiresAt;
}

/** Every gate passed: it starts where its place is free, and queues where another promotion has it. */
function opened(state: Waiting, input: PromotionInput & { kind: "evaluated" }, before: Entry[], now: string): Decision {
  const write = entryFor({ id: state.id, plan: input.plan }, now, worker);
  const { planHash, verdicts } = input;
  const first = input.plan.services[0];
  if (input.slotFree && first) {
    return decision(
      [
        ...before,
        ...passedBySeverity(state, input, now),
        write({ kind: "promotion.started", data: { planHash, verdicts } }),
      ],
      [effect(state.id, now, beginRollout(input.plan, first))],
    );
  }
  const entries = [...before];
  if (changed(state.verdicts, verdicts)) entries.push(write({ kind: "gates.evaluated", data: { planHash, verdicts } }));
  if (state.phase !== "queued") entries.push(write({ kind: "promotion.queued", data: {} }));
  return decision(entries, [effect(state.id, later(now, queueAgainMs), { kind: "evaluate" })]);
}

/**
 * True where a person would read something new: the same answer a minute later is not worth an entry, and neither is the
 * same sentence of an outside system with another number in it.
 */
function changed(before: Verdict[], after: Verdict[]): boolean {
  const told = (verdicts: Verdict[]) =>
    verdicts.map((v) => {
      const { overridden, overrideAsked } = v;
      const said = v.said?.replace(/\p{N}+/gu, "#");
      return [v.gate, v.status, v.demand, v.opensAt ?? v.summary, said, overridden?.at, overrideAsked?.at].join("\n");
    });
  return told(before).join("\n\n") !== told(after).join("\n\n");
}

function nextLook(verdicts: Verdict[], expiresAt: string, now: string): string {
  const moments = verdicts.flatMap((v) => [v.nextEvaluationAt, v.opensAt]).filter((at) => at !== undefined);
  const soonest = [...moments, expiresAt, later(now, askAgainMs)].sort()[0] ?? expiresAt;
  return soonest > now ? soonest : later(now, 1_000);
}
