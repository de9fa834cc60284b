import fc from "fast-check";
import type { Actor } from "@/lib/pipeline/actor";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { nextToRevert } from "@/lib/pipeline/promotion/go-back";
import type { PromotionInput, Sighting, StepFinding, Trouble } from "@/lib/pipeline/promotion/input";
import type { CheckState, PromotionState, RolloutState } from "@/lib/pipeline/promotion/state";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import type { TriggerReport } from "@/lib/pipeline/promotion/trigger-report";
import { currentStep } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";

export const rita: Actor = { kind: "person", id: "idp#rita", name: "Rita" };
export const arjun: Actor = { kind: "person", id: "idp#arjun", name: "Arjun" };

/** The request that begins a promotion of `plan`; it expires an hour after the moment of these tests. */
export function aRequest(plan: Plan): PromotionInput & { kind: "request" } {
  return {
    kind: "request",
    id: "demo-1",
    number: 1,
    plan,
    planHash: hashPlan(plan),
    reason: null,
    causedBy: null,
    expiresAt: "2026-03-01T11:00:00.000Z",
    by: rita,
  };
}

/** What a circuit breaker outside says, long after everything of these tests began. */
export function aReport(extra: Partial<TriggerReport> = {}): TriggerReport {
  const happenedAt = "2026-03-01T12:00:00.000Z";
  return {
    id: "breaker-4711",
    trigger: "breaker",
    service: null,
    words: "payments do not answer",
    happenedAt,
    ...extra,
  };
}

export const startedAt = "2026-03-01T10:00:00.000Z";

const verdict = (status: Verdict["status"]): Verdict => ({
  gate: "approval",
  status,
  demand: "1 of approvers",
  summary: `it is ${status}`,
  evidence: [],
});

const sighting = fc.constantFrom<Sighting>(
  { kind: "running", runs: digestOf("a"), as: "index", ready: 2, desired: 2 },
  { kind: "progressing", ready: 1, desired: 2 },
  { kind: "trouble", trouble: { kind: "failed", reason: "CrashLoopBackOff", evidence: [] } },
  { kind: "trouble", trouble: { kind: "errored", reason: "no answer", evidence: [] } },
);

export type MadeInput = (state: PromotionState | undefined) => PromotionInput;
const always =
  (input: PromotionInput): MadeInput =>
  () =>
    input;
const attempt = fc.constantFrom(1, 2, 3);
const who = fc.constantFrom(rita, arjun);
const trouble = fc.constantFrom<Trouble>(
  { kind: "failed", reason: "refused", evidence: [] },
  { kind: "errored", reason: "timeout", evidence: [] },
);

/** Any input at all, fitting or not: services and attempts that exist and that do not, the right hash and a wrong one. */
export function someInput(plan: Plan): fc.Arbitrary<MadeInput> {
  const service = fc.constantFrom(...plan.services.map((one) => one.service), "nobody");
  return fc.oneof(...saidByPeople(plan), ...foundByTheEngine(service), ...foundOnTheWayBack(service));
}

function saidByPeople(plan: Plan): fc.Arbitrary<MadeInput>[] {
  const status = fc.constantFrom<Verdict["status"]>("pass", "pass", "pass", "wait", "unknown", "fail");
  const made = fc.constantFrom(plan, plan, plan, { ...plan, policyVersion: plan.policyVersion + 1 });
  const hash = (state: PromotionState | undefined, right: boolean) =>
    right ? (state?.planHash ?? "") : "0".repeat(64);
  return [
    fc.constant(always(aRequest(plan))),
    fc.tuple(made, status, fc.boolean()).map(([now, one, slotFree]) => {
      const changes = now === plan ? [] : ["the project file"];
      return always({
        kind: "evaluated",
        plan: now,
        planHash: hashPlan(now),
        changes,
        verdicts: [verdict(one)],
        slotFree,
      });
    }),
    // Every gate is open, and the environment is busy.
    fc.constant(
      always({
        kind: "evaluated",
        plan,
        planHash: hashPlan(plan),
        changes: [],
        verdicts: [verdict("pass")],
        slotFree: false,
      }),
    ),
    fc.tuple(who, fc.boolean()).map(([by, right]): MadeInput => {
      const person = by.kind === "person" ? by.id : "";
      return (state) => ({
        kind: "approve",
        by,
        person,
        planHash: hash(state, right),
        reason: null,
        authenticatedAt: null,
      });
    }),
    fc.tuple(who, fc.boolean()).map(([by, right]): MadeInput => {
      return (state) => ({ kind: "reject", by, planHash: hash(state, right), why: "no" });
    }),
    saidOfGates(hash),
    who.map((by) => always({ kind: "abort", by, why: "stop" })),
    fc.tuple(who, steerings).map(([by, kind]) => always({ kind, service: "backend", why: "to see", by })),
    fc
      .tuple(who, fc.constantFrom("breaker", "nothing"), fc.constantFrom("backend", "nobody", null))
      .map(([by, trigger, service]) => always({ kind: "triggerFired", report: aReport({ trigger, service }), by })),
    fc.constant(always({ kind: "supersede", by: "demo-2" })),
    who.map((by) => always({ kind: "retryRollback", by })),
    who.map((by) => always({ kind: "close", by, why: "closed" })),
  ];
}

type HashOf = (state: PromotionState | undefined, right: boolean) => string;

/** One input among those of people: an override is rare, and so is a tick. */
function saidOfGates(hash: HashOf): fc.Arbitrary<MadeInput> {
  return fc.oneof(
    fc.tuple(who, fc.boolean(), fc.boolean(), fc.constantFrom(0, 1)).map(([by, right, ticked, gate]): MadeInput => {
      const person = by.kind === "person" ? by.id : "";
      const about = { gate, item: 0, ticked, lapsed: false };
      return (state) => ({ kind: "tick", by, person, planHash: hash(state, right), ...about });
    }),
    fc.tuple(who, fc.boolean(), fc.constantFrom(0, 1, 9)).map(([by, right, gate]): MadeInput => {
      const person = by.kind === "person" ? by.id : "";
      const words = { reason: "down", incident: "INC-7", authenticatedAt: null };
      return (state) => ({ kind: "override", by, person, planHash: hash(state, right), gate, ...words });
    }),
    fc.tuple(who, fc.boolean()).map(([by, right]): MadeInput => {
      const person = by.kind === "person" ? by.id : "";
      const about = { override: 1, authenticatedAt: null };
      return (state) => ({ kind: "confirmOverride", by, person, planHash: hash(state, right), ...about });
    }),
    who.map((by) => {
      const person = by.kind === "person" ? by.id : "";
      return always({ kind: "reviewOverride", by, person, override: 1, words: "it was needed" });
    }),
  );
}

function foundByTheEngine(service: fc.Arbitrary<string>): fc.Arbitrary<MadeInput>[] {
  const statuses = fc.constantFrom<CheckState["status"]>(
    "good",
    "good",
    "good",
    "passed",
    "waiting",
    "holding",
    "unknown",
    "failed",
  );
  return [
    fc.tuple(service, attempt).map(([name, count]) => {
      return always({ kind: "intendApply", service: name, attempt: count, generation: 7 });
    }),
    fc.tuple(service, attempt, fc.boolean()).map(([name, count, written]) => {
      return always({ kind: "applied", service: name, attempt: count, targetGeneration: 4, written });
    }),
    fc.tuple(service, fc.boolean(), trouble).map(([name, touched, what]) => {
      return always({ kind: "applyTrouble", service: name, attempt: 1, touched, trouble: what });
    }),
    fc.tuple(service, sighting).map(([name, what]) => always({ kind: "sighted", service: name, sighting: what })),
    foundOfSteps(service),
    fc.array(statuses, { minLength: 4, maxLength: 4 }).map((found): MadeInput => {
      return (state) => {
        const before = state?.phase === "verifying" ? state.checks : [];
        const checks = before.map((check, index) => ({ ...check, status: found[index] ?? "good", found: "looked" }));
        return { kind: "checked", checks };
      };
    }),
    service.map((name) => {
      return always({ kind: "tagMoved", service: name, tag: "prod", digest: digestOf("a"), before: null });
    }),
    fc.constant(always({ kind: "intendJobs" })),
    service.map((name) => always({ kind: "tagTrouble", service: name, tag: "prod", reason: "403" })),
  ];
}

const steerings = fc.constantFrom("pauseRollout", "resumeRollout", "skipStep", "promoteFully");
const stepIds = fc.constantFrom(
  "prepare",
  "available",
  "smoke",
  "switch",
  "weight:25",
  "analyse:25",
  "follow",
  "nothing",
);
const stepFindings = fc.constantFrom<StepFinding>(
  { kind: "accepted", words: "took it", facts: { from: "blue", to: "green" } },
  { kind: "progressing", words: "1 of 2" },
  { kind: "progressing", words: "answered 500", facts: { wrongRounds: "1" } },
  { kind: "progressing", words: "no answer", unknown: true },
  { kind: "progressing", words: "a person decides", unknown: true, waits: true },
  { kind: "progressing", words: "step 2 of 4", facts: { seen: "yes", at: "1" }, renews: true },
  { kind: "done", words: "it is so", targetGeneration: 4 },
  { kind: "done", words: "it is so" },
  { kind: "skipped", words: "not needed" },
  { kind: "trouble", touched: false, trouble: { kind: "failed", reason: "refused", evidence: [] } },
  { kind: "trouble", touched: true, trouble: { kind: "errored", reason: "timeout", evidence: [] } },
);

/** One input among those of the engine, so that the others stay as likely as they are. */
function foundOfSteps(service: fc.Arbitrary<string>): fc.Arbitrary<MadeInput> {
  return fc.oneof(
    fc.tuple(service, stepIds, attempt).map(([name, step, count]) => {
      return always({ kind: "intendStep", service: name, step, attempt: count, generation: 7 });
    }),
    fc.tuple(service, stepIds, attempt, stepFindings).map(([name, step, count, finding]) => {
      return always({ kind: "stepFound", service: name, step, attempt: count, finding });
    }),
    // What a look at the very step that is under way may find.
    stepFindings.map((finding): MadeInput => {
      return (state) => {
        const rollouts = state?.phase === "rollingOut" ? state.rollouts : [];
        const rollout = rollouts.find((one) => one.phase === "stepping");
        const step = currentStep(rollout?.steps ?? []);
        const [name, id] = [rollout?.service ?? "nobody", step?.step.id ?? "nothing"];
        return { kind: "stepFound", service: name, step: id, attempt: step?.attempt ?? 1, finding };
      };
    }),
  );
}

function foundOnTheWayBack(service: fc.Arbitrary<string>): fc.Arbitrary<MadeInput>[] {
  return [
    fc.tuple(service, attempt).map(([name, count]) => {
      return always({ kind: "intendRevert", service: name, attempt: count, generation: 8 });
    }),
    fc.tuple(service, attempt).map(([name, count]) => {
      return always({ kind: "reverted", service: name, attempt: count, targetGeneration: 5, written: true });
    }),
    fc.tuple(service, trouble).map(([name, what]) => {
      return always({ kind: "revertTrouble", service: name, attempt: 1, trouble: what });
    }),
    fc.tuple(service, sighting).map(([name, what]) => always({ kind: "revertSighted", service: name, sighting: what })),
  ];
}

/** The input that brings a rollout of several steps on; undefined where it has none, or where they are over. */
function nextStepInput(state: PromotionState, rollout: RolloutState): PromotionInput | undefined {
  const planned = state.plan.services.find((one) => one.service === rollout.service);
  const { service } = rollout;
  if (rollout.phase === "pending") {
    const first = planned && stepsOf(state.plan, planned)[0];
    return first && { kind: "intendStep", service, step: first.id, attempt: 1, generation: 7 };
  }
  const current = rollout.phase === "stepping" ? currentStep(rollout.steps) : undefined;
  if (!current) return undefined;
  const { id: step, kind } = current.step;
  if (current.status === "pending") return { kind: "intendStep", service, step, attempt: 1, generation: 7 };
  const facts: Record<string, string> = kind === "prepare" ? { from: "blue", to: "green" } : {};
  const orders = kind !== "available" && kind !== "smoke" && kind !== "analyse";
  const finding: StepFinding =
    orders && current.status === "requested"
      ? { kind: "accepted", words: "the cluster took it", facts }
      : {
          kind: "done",
          words: "it is so",
          facts,
          ...(kind === "switch" || kind === "promoteStable" ? { targetGeneration: 4 } : {}),
        };
  return { kind: "stepFound", service, step, attempt: current.attempt, finding };
}

/** The input that brings a promotion on from where it stands, if all goes well; undefined once it has ended. */
export function nextGoodInput(state: PromotionState): PromotionInput | undefined {
  switch (state.phase) {
    case "waiting":
    case "queued":
      return {
        kind: "evaluated",
        plan: state.plan,
        planHash: state.planHash,
        changes: [],
        verdicts: [verdict("pass")],
        slotFree: true,
      };
    case "rollingOut": {
      const next = state.rollouts.find((one) => one.phase !== "observed");
      if (!next) return undefined;
      const stepping = nextStepInput(state, next);
      if (stepping) return stepping;
      if (next.phase === "pending") return { kind: "intendApply", service: next.service, attempt: 1, generation: 7 };
      if (next.phase === "requested")
        return { kind: "applied", service: next.service, attempt: next.attempt, targetGeneration: 4, written: true };
      return {
        kind: "sighted",
        service: next.service,
        sighting: { kind: "running", runs: digestOf("a"), as: "index", ready: 2, desired: 2 },
      };
    }
    case "verifying": {
      const due = state.tags.find((tag) => tag.status === "due");
      if (state.passedAt && due) return { kind: "tagMoved", ...due, digest: digestOf("a"), before: null };
      return {
        kind: "checked",
        checks: state.checks.map((check) => ({ ...check, status: "good", found: "answered 200" })),
      };
    }
    case "rollingBack": {
      const next = nextToRevert(state, state.rollouts);
      if (!next) return undefined;
      if (next.phase === "revertRequested")
        return { kind: "reverted", service: next.service, attempt: next.attempt, targetGeneration: 5, written: true };
      if (next.phase === "revertAccepted")
        return {
          kind: "revertSighted",
          service: next.service,
          sighting: { kind: "running", runs: digestOf("b"), as: "index", ready: 2, desired: 2 },
        };
      return { kind: "intendRevert", service: next.service, attempt: 1, generation: 8 };
    }
    case "stuck":
      return { kind: "close", by: rita, why: "looked at by hand" };
    default:
      return undefined;
  }
}
