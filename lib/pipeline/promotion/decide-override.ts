import { personBehind } from "@/lib/pipeline/actor";
import { isOpen } from "@/lib/pipeline/gates/gate";
import { isInForce, overrideRule } from "@/lib/pipeline/gates/override";
import { strictestStepUp } from "@/lib/pipeline/gates/planned-gate";
import { stepUpProblem } from "@/lib/pipeline/gates/step-up";
import { type Decision, decision, effect, entryFor, refuse } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import { hasEnded, type Override, type PromotionBase, type PromotionState } from "@/lib/pipeline/promotion/state";

type Waiting = PromotionState & { phase: "waiting" | "queued" };
type Overriding = PromotionInput & { kind: "override" };
type Confirming = PromotionInput & { kind: "confirmOverride" };
type Reviewing = PromotionInput & { kind: "reviewOverride" };

/** Why `gate`, by its place in the plan, cannot be overridden now; undefined where it can. */
export function overrideProblem(
  { plan, planHash, verdicts, overrides }: Pick<PromotionBase, "plan" | "planHash" | "verdicts" | "overrides">,
  gate: number,
): Rejection | undefined {
  const planned = plan.gates[gate];
  if (!planned) return refuse("noSuchGate", `the plan has ${plan.gates.length} gates, and none at ${gate}`);
  if (overrideRule(planned.kind) === "never") {
    return refuse("notOverridable", `nobody may override the gate ${planned.kind}`);
  }
  const before = (overrides ?? []).find((one) => one.gate === gate && one.planHash === planHash);
  if (before) {
    const waits = isInForce(before) ? "" : ", and waits for a second person";
    return refuse("alreadyOverridden", `${before.by.name} has overridden ${planned.kind} already${waits}`);
  }
  const verdict = verdicts[gate];
  const stopsNothing = planned.shadow === true || (verdict !== undefined && isOpen(verdict));
  return stopsNothing ? refuse("gateOpen", `${planned.kind} stops nothing`) : undefined;
}

/** One person lets a gate pass for exactly this plan; where that takes two, it is asked of a second. */
export function decideOverride(state: Waiting, input: Overriding, now: string): Decision | Rejection {
  const early = refuseAct(state, input, now) ?? overrideProblem(state, input.gate);
  if (early) return early;
  const gateKind = state.plan.gates[input.gate]?.kind ?? "";
  const { gate, planHash, person, reason, incident } = input;
  const data = { id: (state.overrides ?? []).length + 1, gate, gateKind, planHash, person, reason, incident };
  const write = entryFor(state, now, input.by);
  const body =
    overrideRule(gateKind) === "second"
      ? ({ kind: "override.requested", data } as const)
      : ({ kind: "gate.overridden", data: { ...data, confirmedBy: null } } as const);
  return decision([write(body)], [effect(state.id, now, { kind: "evaluate" })]);
}

/**
 * What a severity lets pass at the start is somebody's word like an override: it is written down as theirs, told to the same
 * people, and stays open until another person reviewed it. Once for each gate of a plan.
 */
export function passedBySeverity(
  state: Waiting,
  { plan, planHash, verdicts }: Pick<PromotionBase, "plan" | "planHash" | "verdicts">,
  now: string,
): Entry[] {
  const { requestedBy, reason } = state;
  const person = personBehind(requestedBy);
  const known = state.overrides ?? [];
  const exempt = verdicts.flatMap(({ exempt: severity, shadow }, gate) => {
    const before = known.some((one) => one.gate === gate && one.planHash === planHash);
    return severity === undefined || shadow || before ? [] : [{ severity, gate }];
  });
  if (person === undefined) return [];
  const write = entryFor({ id: state.id, plan }, now, requestedBy);
  return exempt.map(({ severity, gate }, index) => {
    const gateKind = plan.gates[gate]?.kind ?? "";
    const data = { id: known.length + index + 1, gate, gateKind, planHash, person, incident: severity };
    return write({
      kind: "gate.overridden",
      data: { ...data, reason: reason ?? `asked for as ${severity}`, confirmedBy: null },
    });
  });
}

/** A second person's yes: from here on the gate is open for this plan. */
export function confirmOverride(state: Waiting, input: Confirming, now: string): Decision | Rejection {
  const found = findOverride(state, input.override);
  if (!found) return refuse("noSuchOverride", `${state.id} has no override ${input.override}`);
  const early = refuseAct(state, input, now);
  if (early) return early;
  if (found.planHash !== state.planHash) {
    return refuse("planChanged", "it was asked for another plan, and is void");
  }
  if (isInForce(found)) return refuse("alreadyOverridden", "it is in force already");
  const own = refuseOwn(state, found, input.person, "confirm");
  if (own) return own;
  const { id, gate, gateKind, planHash, person, reason, incident } = found;
  const data = { id, gate, gateKind, planHash, person, reason, incident, confirmedBy: input.person };
  return decision(
    [entryFor(state, now, input.by)({ kind: "gate.overridden", data })],
    [effect(state.id, now, { kind: "evaluate" })],
  );
}

/** Closes the review of an override, with words; the one thing that may still be said to a promotion that has ended. */
export function reviewOverride(state: PromotionState, input: Reviewing, now: string): Decision | Rejection {
  const found = findOverride(state, input.override);
  if (!found || !isInForce(found)) return refuse("noSuchOverride", `${state.id} has no override ${input.override}`);
  if (found.review) return refuse("alreadyReviewed", `${found.review.by.name} has reviewed it already`);
  if (!hasEnded(state.phase)) return refuse("notEnded", "an override is reviewed once its promotion has ended");
  const own = refuseOwn(state, found, input.person, "review");
  if (own) return own;
  const data = { id: found.id, person: input.person, words: input.words };
  return decision([entryFor(state, now, input.by)({ kind: "override.reviewed", data })]);
}

function findOverride(state: PromotionState, id: number): Override | undefined {
  return (state.overrides ?? []).find((one) => one.id === id);
}

/** Neither who overrode nor who asked for the promotion is the second pair of eyes. */
function refuseOwn(state: PromotionState, { person }: Override, second: string, verb: string): Rejection | undefined {
  if (second !== person && second !== personBehind(state.requestedBy)) return undefined;
  const who = second === person ? "who overrode a gate" : "who asked for the promotion";
  return refuse("secondPerson", `${who} does not ${verb} that: another person must`);
}

/** What holds for every act on a plan that waits: in time, for this very plan, freshly signed in where it asks for that. */
function refuseAct(state: Waiting, input: Overriding | Confirming, now: string): Rejection | undefined {
  if (now >= state.expiresAt) return refuse("ended", `${state.id} waited for an answer until ${state.expiresAt}`);
  if (input.planHash !== state.planHash) {
    return refuse("planChanged", `the plan of ${state.id} is another one now; look at it and decide again`);
  }
  const stale = stepUpProblem(input, now, strictestStepUp(state.plan));
  return stale ? refuse("stepUpNeeded", stale) : undefined;
}
