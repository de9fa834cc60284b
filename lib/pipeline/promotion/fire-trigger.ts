import type { Actor } from "@/lib/pipeline/actor";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { TriggerPolicy } from "@/lib/pipeline/policy/trigger";
import { type Decision, decision, entryFor, refuse, worker } from "@/lib/pipeline/promotion/decision";
import { failRollout } from "@/lib/pipeline/promotion/fail-rollout";
import { goBack } from "@/lib/pipeline/promotion/go-back";
import type { PromotionInput, Rejection, Trouble } from "@/lib/pipeline/promotion/input";
import type { Cause, CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import type { TriggerReport } from "@/lib/pipeline/promotion/trigger-report";
import { currentStep } from "@/lib/pipeline/rollout/step";
import { placeOf } from "@/lib/pipeline/verification/metric-checks";

type Fired = PromotionInput & { kind: "triggerFired" };
type InFlight = PromotionState & { phase: "rollingOut" | "verifying" };

/** The reporter's clock may be behind by so much. */
const clockSkewMs = 5_000;

/** What may be reported of a plan, of one service or of all: the names in its canaries and its verification. */
export function reportable(
  { services, verification }: Pick<Plan, "services" | "verification">,
  service: string | null,
) {
  const ofCanaries = services.flatMap((one) =>
    one.strategy.kind === "canary" && (service === null || one.service === service) ? one.strategy.rollBackWhen : [],
  );
  const all = [...ofCanaries, ...(verification.rollBackWhen ?? [])];
  return [...new Set(all.flatMap((one) => (one.kind === "webhook" ? [one.webhook] : [])))];
}

/**
 * Somebody outside says that a trigger of the plan fired: back at once, wherever the promotion is between its first order
 * and its end. Refused where nothing is in flight, where the plan names no such trigger, and for what happened before.
 */
export function fireTrigger(state: PromotionState, input: Fired, now: string): Decision | Rejection {
  const { trigger, service, happenedAt } = input.report;
  switch (state.phase) {
    case "waiting":
    case "queued":
      return refuse("notRunning", `${state.id} has not begun: nothing of it is in flight`);
    case "rollingBack":
      return refuse("notRunning", `${state.id} is going back already`);
    case "stuck":
      return refuse("notRunning", `${state.id} is stuck on its way back: a person is needed`);
    case "rollingOut":
    case "verifying": {
      const known = reportable(state.plan, service);
      if (!known.includes(trigger)) {
        const named = known.length === 0 ? "it names none" : `it names ${known.join(", ")}`;
        return refuse("noSuchTrigger", `the plan of ${state.id} names no webhook ${trigger}: ${named}`);
      }
      const began = beganAt(state);
      if (Date.parse(happenedAt) < Date.parse(began) - clockSkewMs) {
        return refuse("reportOfBefore", `it happened at ${happenedAt}, before ${state.id} began at ${began}`);
      }
      return backAtOnce(state, input, now);
    }
    case "succeeded":
    case "rejected":
    case "expired":
    case "superseded":
    case "aborted":
    case "rolledBack":
    case "failed":
      return refuse("ended", `${state.id} has ended: ${state.phase}`);
    default:
      return state satisfies never;
  }
}

function beganAt({ rollouts, since }: InFlight): string {
  const asked = rollouts.flatMap((one) => ("requestedAt" in one ? [one.requestedAt] : []));
  return asked.sort()[0] ?? since;
}

function backAtOnce(state: InFlight, { report, by }: Fired, now: string): Decision {
  const { id, trigger, service, words, happenedAt } = report;
  const about = service === null ? {} : { service };
  const data = { ...about, trigger, report: id, words, happenedAt };
  const fired = entryFor(state, now, by)({ kind: "trigger.fired", data });
  const evidence = [
    { name: "trigger", value: trigger },
    { name: "reported by", value: by.name },
    { name: "their words", value: words },
    { name: "when it happened", value: happenedAt },
  ];
  const trouble: Trouble = { kind: "failed", reason: `${trigger} was reported from outside: ${words}`, evidence };
  const cause = { ...trouble, service, by, at: now };
  const back =
    state.phase === "verifying" ? whileWatched(state, report, cause, now) : whileRolledOut(state, report, cause, now);
  return decision([fired, ...back.entries], back.effects);
}

function whileWatched(
  state: InFlight & { phase: "verifying" },
  report: TriggerReport,
  cause: Cause,
  now: string,
): Decision {
  const write = entryFor(state, now, worker);
  const triggers = state.plan.verification.rollBackWhen ?? [];
  const checks = state.checks.map((check) => markFired(check, triggers, report, now));
  const hit = checks.find((check, index) => check !== state.checks[index]);
  const back = goBack(state, cause, now, worker);
  if (!hit) return back;
  const { reason } = cause;
  return decision(
    [
      write({ kind: "verification.checked", data: { checks } }),
      write({ kind: "verification.failed", data: { check: hit.id, reason } }),
      ...back.entries,
    ],
    back.effects,
  );
}

/** What is under way fails, with the check of this trigger where it was being looked at; what was done before goes back too. */
function whileRolledOut(
  state: InFlight & { phase: "rollingOut" },
  report: TriggerReport,
  cause: Cause & { by: Actor },
  now: string,
): Decision {
  const { service: about, reason, evidence, by } = cause;
  const underWay = state.rollouts.find(({ phase }) => phase !== "pending" && phase !== "observed");
  if (!underWay || (about !== null && underWay.service !== about)) return goBack(state, cause, now, worker);
  const { service } = underWay;
  const current = underWay.phase === "stepping" ? currentStep(underWay.steps) : undefined;
  const planned = state.plan.services.find((one) => one.service === service);
  const triggers = planned?.strategy.kind === "canary" ? planned.strategy.rollBackWhen : [];
  const checks = current?.checks?.map((check) => markFired(check, triggers, report, now));
  const data = current && {
    ...{ service, step: current.step.id, attempt: current.attempt, reason },
    ...(checks ? { checks } : {}),
  };
  const begun = current !== undefined && current.status !== "pending";
  const before = data && begun ? [entryFor(state, now, worker)({ kind: "rollout.stepFailed", data })] : [];
  const trouble: Trouble = { kind: "failed", reason, evidence };
  // A call may be under way: what was only intended counts as touched.
  return failRollout(state, { service, touched: true, trouble, before, said: { by, about } }, now);
}

/** The check of this trigger as one that fired; any other one as it is. */
function markFired(
  check: CheckState,
  triggers: readonly TriggerPolicy[],
  { trigger, service, words }: Pick<TriggerReport, "trigger" | "service" | "words">,
  now: string,
): CheckState {
  const policy = check.kind === "trigger" ? triggers[placeOf(check)] : undefined;
  const isIt = policy?.kind === "webhook" && policy.webhook === trigger;
  if (!isIt || (service !== null && check.service !== service)) return check;
  return { ...check, status: "failed", since: now, failures: 1, found: words };
}
