import { type Decision, decision, effect, entryFor, later, refuse, worker } from "@/lib/pipeline/promotion/decision";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import { goBack } from "@/lib/pipeline/promotion/go-back";
import type { PromotionInput, Rejection } from "@/lib/pipeline/promotion/input";
import type { Cause, CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { retirements } from "@/lib/pipeline/rollout/retirements";
import { intendJob } from "@/lib/pipeline/verification/judge-job";
import { placeOf } from "@/lib/pipeline/verification/metric-checks";
import { checkEveryMs, verificationOf } from "@/lib/pipeline/verification/start";

type Verifying = PromotionState & { phase: "verifying" };

/** The targets run the digest; checks and the watch period decide whether that is a success. */
export function decideVerifying(state: Verifying, input: PromotionInput, now: string): Decision | Rejection {
  switch (input.kind) {
    case "checked":
      return state.passedAt ? refuse("stale", "every check has passed already") : checked(state, input, now);
    case "intendJobs":
      return intendJobs(state, now);
    case "tagMoved":
    case "tagTrouble":
      return tagSettled(state, input, now);
    case "abort": {
      const cause: Cause = { kind: "aborted", service: null, reason: input.why, evidence: [], by: input.by, at: now };
      return goBack(state, cause, now, input.by);
    }
    default:
      return refuse("stale", `${state.id} is verifying: ${input.kind} does not apply`);
  }
}

type Checked = PromotionInput & { kind: "checked" };

function checked(state: Verifying, input: Checked, now: string): Decision {
  const { checks } = input;
  const write = entryFor(state, now, worker);
  const deciding = checks.filter((check) => !check.dryRun);
  const failed = deciding.find((check) => check.status === "failed");
  if (failed) return fail(state, input, failed, "failed", now);

  const lost = deciding.find((check) => check.job?.isOver && check.status === "unknown");
  if (lost) return fail(state, input, lost, "errored", now);

  const good = deciding.every((check) => check.status === "good" || check.status === "passed");
  if (good && now >= state.watchUntil) {
    const tags = state.plan.tags;
    const entries = [
      write({ kind: "verification.checked", data: { checks } }),
      write({ kind: "verification.passed", data: { tags } }),
    ];
    if (tags.length === 0) {
      return decision([...entries, succeeded(state, now)], retirements(state, state.rollouts, now));
    }
    return decision(
      entries,
      tags.map((tag) => effect(state.id, now, { kind: "moveTag", ...tag })),
    );
  }
  // What is right by now may hold for as long as it must, even where nobody looked for longer than that.
  const right = new Set<CheckState["status"]>(["good", "passed", "holding"]);
  const open = deciding.filter((check) => !right.has(check.status));
  const [first] = open;
  if (first && now >= state.deadlineAt) {
    const wrong = open.find((check) => check.status === "waiting" && check.failures > 0);
    return wrong ? fail(state, input, wrong, "failed", now) : fail(state, input, first, "errored", now);
  }

  const entries = standingChanged(state.checks, checks)
    ? [write({ kind: "verification.checked", data: { checks } })]
    : [];
  const again = later(now, lookAfterMs(state, checks, now));
  const due = again > state.watchUntil && now < state.watchUntil ? state.watchUntil : again;
  return decision(entries, [effect(state.id, due, { kind: "verify" })]);
}

/** A job is asked often at first and ever less often, so that a short one does not wait for the pace of a long one. */
function lookAfterMs({ plan }: Verifying, checks: readonly CheckState[], now: string): number {
  const every = checkEveryMs(verificationOf(plan));
  const running = checks.flatMap(({ job }) => (job && !job.isOver ? [Date.parse(now) - Date.parse(job.askedAt)] : []));
  return Math.min(every, ...running.map((ms) => Math.max(1_000, Math.round(ms / 5))));
}

function fail(
  state: Verifying,
  { checks, evidence: numbers = [] }: Checked,
  check: CheckState,
  kind: "failed" | "errored",
  now: string,
): Decision {
  const write = entryFor(state, now, worker);
  const reason =
    kind === "failed" || check.job?.isOver
      ? `${check.title}: ${check.found}`
      : `${check.title} gave no answer in time: ${check.found}`;
  const evidence = [...checks.map((one) => ({ name: one.title, value: `${one.status}: ${one.found}` })), ...numbers];
  const cause: Cause = { kind, service: check.service, reason, evidence, by: null, at: now };
  const onFailure = kind === "errored" && holdsUnjudged(state, check) ? "hold" : state.plan.onFailure;
  const back = goBack(state, cause, now, worker, onFailure);
  return decision(
    [
      write({ kind: "verification.checked", data: { checks } }),
      write({ kind: "verification.failed", data: { check: check.id, reason } }),
      ...back.entries,
    ],
    back.effects,
  );
}

/** True for a metric or a job that, where it could not be judged, leaves what runs to a person. */
function holdsUnjudged({ plan }: Verifying, check: CheckState): boolean {
  const { metrics, jobs } = plan.verification;
  const list = check.kind === "metric" ? metrics : check.kind === "job" ? jobs : undefined;
  return list?.[placeOf(check)]?.onInconclusive === "hold";
}

/** Before a job is started it is written down that it will be: so a successor knows that it may have begun. */
function intendJobs(state: Verifying, now: string): Decision | Rejection {
  if (state.passedAt) return refuse("stale", "every check has passed already");
  const checks = state.checks.map((check) => (check.kind === "job" ? intendJob(check, now) : check));
  if (!standingChanged(state.checks, checks)) return refuse("stale", "there is no job to be started");
  return decision([entryFor(state, now, worker)({ kind: "verification.checked", data: { checks } })]);
}

function tagSettled(
  state: Verifying,
  input: PromotionInput & { kind: "tagMoved" | "tagTrouble" },
  now: string,
): Decision | Rejection {
  const due = (one: { service: string; tag: string; status: string }) => one.status === "due";
  const same = (one: { service: string; tag: string }) => one.service === input.service && one.tag === input.tag;
  if (!state.passedAt || !state.tags.some((one) => due(one) && same(one))) {
    return refuse("outOfOrder", `the tag ${input.tag} of ${input.service} is not to be moved now`);
  }
  const { service, tag } = input;
  const write = entryFor(state, now, worker);
  const entries: Entry[] = [
    input.kind === "tagMoved"
      ? write({ kind: "tag.moved", data: { service, tag, digest: input.digest, before: input.before } })
      : write({ kind: "tag.failed", data: { service, tag, reason: input.reason } }),
  ];
  if (state.tags.some((one) => due(one) && !same(one))) return decision(entries);
  return decision([...entries, succeeded(state, now)], retirements(state, state.rollouts, now));
}

function succeeded(state: Verifying, now: string): Entry {
  const services = state.plan.services.map((one) => ({ service: one.service, digest: one.to.digest }));
  return entryFor(state, now, worker)({ kind: "promotion.succeeded", data: { services } });
}

/** What the next look must know of this one: the wrong answers in a row among it. */
export function standingChanged(before: CheckState[], after: CheckState[]): boolean {
  return after.some((check, index) => {
    const was = before[index];
    return (
      was?.id !== check.id ||
      was.status !== check.status ||
      was.since !== check.since ||
      was.failures !== check.failures ||
      was.heldSince !== check.heldSince ||
      JSON.stringify(was.job) !== JSON.stringify(check.job)
    );
  });
}
