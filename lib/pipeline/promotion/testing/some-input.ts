import fc from "fast-check";
import type { Actor } from "@/lib/pipeline/actor";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";
import type { PromotionInput, Sighting, Trouble } from "@/lib/pipeline/promotion/input";
import type { CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

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

type MadeInput = (state: PromotionState | undefined) => PromotionInput;
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
    saidOfOverrides(hash),
    who.map((by) => always({ kind: "abort", by, why: "stop" })),
    fc.constant(always({ kind: "supersede", by: "demo-2" })),
    who.map((by) => always({ kind: "retryRollback", by })),
    who.map((by) => always({ kind: "close", by, why: "closed" })),
  ];
}

type HashOf = (state: PromotionState | undefined, right: boolean) => string;

/** One input among those of people: an override is rare. */
function saidOfOverrides(hash: HashOf): fc.Arbitrary<MadeInput> {
  return fc.oneof(
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
    service.map((name) => always({ kind: "tagTrouble", service: name, tag: "prod", reason: "403" })),
  ];
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
      const next = state.rollouts.findLast(
        (one) => one.phase !== "pending" && one.phase !== "reverted" && !(one.phase === "failed" && !one.touched),
      );
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
