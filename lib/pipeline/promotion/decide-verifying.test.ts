import { describe, expect, it } from "vitest";
import { verification as schema } from "@/lib/pipeline/policy/verification";
import { decideVerifying } from "@/lib/pipeline/promotion/decide-verifying";
import type { Entry } from "@/lib/pipeline/promotion/entry";
import type { CheckState, PromotionState } from "@/lib/pipeline/promotion/state";
import { aPlan, aService, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { rita } from "@/lib/pipeline/promotion/testing/some-input";
import { checkEveryMs, startVerification } from "@/lib/pipeline/verification/start";

const now = "2026-03-01T10:00:00.000Z";
const at = (seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString();
const metric = { name: "errors", connection: "metrics", query: "q", max: "5%" };
const demands = (metrics: object[], more: object = {}) => schema.parse({ watch: "10s", metrics, ...more });

function verifying(verification: ReturnType<typeof demands>, first = false) {
  const service = aService("backend", first ? { from: null, rollback: null } : {});
  const plan = aPlan({ services: [service], verification, tags: [] });
  const state: PromotionState & { phase: "verifying" } = {
    ...{ id: "demo-1", number: 1, project: "demo", plan, planHash: "h", requestedBy: rita, requestedAt: now },
    ...{ reason: null, causedBy: null, expiresAt: at(3600), approvals: [], verdicts: [] },
    ...{ phase: "verifying", since: now, ...startVerification(plan, now), passedAt: null, tags: [] },
    rollouts: [
      {
        ...{ service: "backend", phase: "observed", generation: 1, requestedAt: at(-20), acceptedAt: at(-19) },
        ...{ observedAt: now, ready: 2, desired: 2, runs: digestOf("a") },
      },
    ],
  };
  return state;
}

/** Every check good but the metric's or trigger's, which stands as is said. */
function say(
  state: ReturnType<typeof verifying>,
  status: CheckState["status"],
  seconds: number,
  more: Partial<CheckState> = {},
) {
  const checks = state.checks.map((check): CheckState => {
    if (check.dryRun) return { ...check, status: "unknown" };
    return check.kind === "metric" || check.kind === "trigger"
      ? { ...check, status, ...more }
      : { ...check, status: "good" };
  });
  const evidence = [{ name: "errors: query", value: "q" }];
  const decided = decideVerifying(state, { kind: "checked", checks, evidence }, at(seconds));
  if (decided.kind === "rejection") throw new Error(decided.message);
  return decided;
}
const kinds = (entries: readonly Entry[]) => entries.map((entry) => entry.kind);
const causeIn = (entries: readonly Entry[]) =>
  entries.flatMap((entry) =>
    entry.kind === "rollback.started" || entry.kind === "promotion.failed" ? [entry.data.cause] : [],
  )[0];

describe("a verification that measures", () => {
  it("goes back at once where a metric failed, long before its watch ends, with its numbers as evidence", () => {
    const { entries, effects } = say(verifying(demands([metric])), "failed", 1, { found: "35 %" });
    expect(kinds(entries)).toEqual(["verification.checked", "verification.failed", "rollback.started"]);
    expect(causeIn(entries)).toMatchObject({ kind: "failed", reason: "errors at most 5 %: 35 %" });
    expect(causeIn(entries)?.evidence).toContainEqual({ name: "errors: query", value: "q" });
    expect(effects).toMatchObject([{ kind: "revert", service: "backend", dueAt: at(1) }]);
  });

  it("goes back at once where a trigger fired", () => {
    const { entries } = say(verifying(demands([], { rollBackWhen: [{ restarts: 3, within: "5m" }] })), "failed", 1);
    expect(kinds(entries)).toContain("rollback.started");
  });

  it("waits for what is not known until its deadline, and then has errored", () => {
    const state = verifying(demands([{ ...metric, for: "2m" }]));
    expect(state.deadlineAt).toBe(at(180));
    expect(kinds(say(state, "unknown", 179).entries)).toEqual(["verification.checked"]);
    expect(causeIn(say(state, "unknown", 180).entries)).toMatchObject({ kind: "errored" });
    expect(kinds(say(state, "unknown", 180).entries)).toContain("rollback.started");
  });

  it("leaves it to a person where the metric says so", () => {
    const state = verifying(demands([{ ...metric, onInconclusive: "hold" }]));
    expect(kinds(say(state, "unknown", 180).entries)).toEqual([
      "verification.checked",
      "verification.failed",
      "promotion.failed",
      "environment.held",
    ]);
    expect(kinds(say(state, "failed", 1).entries)).toContain("rollback.started");
  });

  it("does not succeed before a metric is good, however long that takes", () => {
    const state = verifying(demands([{ ...metric, for: "2m" }]));
    expect(kinds(say(state, "holding", 60).entries)).not.toContain("verification.passed");
    expect(kinds(say(state, "good", 60).entries)).toContain("verification.passed");
  });

  it("lets a dry run decide nothing, whatever it says", () => {
    const state = verifying(demands([{ ...metric, dryRun: true }]));
    expect(kinds(say(state, "good", 10).entries)).toContain("promotion.succeeded");
  });

  it("writes an entry where a trigger begins to hold, and none where it goes on", () => {
    const state = verifying(demands([], { rollBackWhen: [{ probeFailures: "50%", for: "2m" }] }));
    const before = {
      ...state,
      checks: state.checks.map((one) => (one.kind === "trigger" ? one : { ...one, status: "good" as const })),
    };
    expect(kinds(say(before, "waiting", 1, { heldSince: at(1) }).entries)).toEqual(["verification.checked"]);
    const held = {
      ...before,
      checks: before.checks.map((one) => (one.kind === "trigger" ? { ...one, heldSince: at(1) } : one)),
    };
    expect(kinds(say(held, "waiting", 2, { heldSince: at(1) }).entries)).toEqual([]);
  });
});

describe("where nothing ran before", () => {
  const compared = { ...metric, max: "1.2x", window: "15m" };
  const triggers = {
    rollBackWhen: [
      { metric: "errors", above: "3x" },
      { restarts: 3, within: "5m" },
    ],
  };

  it("what is compared with the time before decides nothing, and says so", () => {
    const { checks } = verifying(demands([compared], triggers), true);
    expect(checks.slice(1)).toMatchObject([
      { kind: "metric", dryRun: true, found: "nothing ran before, so there is nothing to compare with" },
      { kind: "trigger", dryRun: true },
      { kind: "trigger", status: "waiting" },
    ]);
    expect(checks.at(-1)).not.toHaveProperty("dryRun");
  });

  it("is not the case where something did", () => {
    expect(verifying(demands([compared], triggers)).checks.some((check) => check.dryRun)).toBe(false);
  });
});

it("is looked at as often as its longest span needs, and waits for the window that is compared", () => {
  const policy = schema.parse({ metrics: [{ ...metric, max: "1.2x", window: "1m" }] });
  expect(checkEveryMs(policy)).toBe(6_000);
  expect(verifying(policy).deadlineAt).toBe(at(120));
});

describe("a verification that runs a job", () => {
  const job = { start: "https://ci.example.com/runs/{service}", state: "$.s", succeeded: "ok", failed: "bad" };
  const withJob = (more: object = {}) =>
    verifying(schema.parse({ watch: "10s", smoke: [{ job: { ...job, timeout: "2m", ...more } }] }));
  type Job = NonNullable<CheckState["job"]>;

  function sayJob(
    state: ReturnType<typeof verifying>,
    status: CheckState["status"],
    how: Partial<Job>,
    seconds: number,
  ) {
    const checks = state.checks.map((check): CheckState => {
      const moved = { status, job: { askedAt: now, ...how }, found: "as it was found" };
      return check.kind === "job" ? { ...check, ...moved } : { ...check, status: "good" };
    });
    const decided = decideVerifying(state, { kind: "checked", checks }, at(seconds));
    if (decided.kind === "rejection") throw new Error(decided.message);
    return decided;
  }

  it("writes its intent down once, before anything else", () => {
    const state = withJob();
    expect(state.checks.at(-1)).toMatchObject({ title: "job https://ci.example.com/runs/backend", status: "waiting" });
    const intended = decideVerifying(state, { kind: "intendJobs" }, at(1));
    if (intended.kind === "rejection") throw new Error(intended.message);
    expect(kinds(intended.entries)).toEqual(["verification.checked"]);
    expect(intended.effects).toEqual([]);
    const [entry] = intended.entries;
    const checks = entry?.kind === "verification.checked" ? entry.data.checks : [];
    expect(checks.at(-1)).toMatchObject({ job: { askedAt: at(1) } });
    const again = decideVerifying({ ...state, checks }, { kind: "intendJobs" }, at(2));
    expect(again).toMatchObject({ kind: "rejection", code: "stale" });
    expect(decideVerifying(verifying(schema.parse({})), { kind: "intendJobs" }, at(1))).toMatchObject({
      kind: "rejection",
    });
  });

  it("waits for its end, longer than everything else takes, and asks less often the longer it runs", () => {
    const state = withJob();
    expect(state.deadlineAt).toBe(at(180));
    const due = (seconds: number) => sayJob(state, "waiting", { handle: { status: "u" } }, seconds).effects[0]?.dueAt;
    expect([due(2), due(20), due(60), due(119)]).toEqual([at(3), at(24), at(72), at(131)]);
    const passed = sayJob(state, "passed", { isOver: true }, 20);
    expect(kinds(passed.entries)).toContain("verification.passed");
  });

  it("goes back at once where it failed, and where nobody can tell any more, each by its name", () => {
    expect(causeIn(sayJob(withJob(), "failed", { isOver: true }, 5).entries)).toMatchObject({
      kind: "failed",
      reason: "job https://ci.example.com/runs/backend: as it was found",
    });
    expect(causeIn(sayJob(withJob(), "unknown", { isOver: true }, 5).entries)).toMatchObject({ kind: "errored" });
    expect(causeIn(sayJob(withJob(), "unknown", {}, 5).entries)).toBeUndefined();
    expect(causeIn(sayJob(withJob(), "waiting", {}, 180).entries)).toMatchObject({ kind: "errored" });
  });

  it("is left to a person where the policy says so, but not where it failed", () => {
    const held = withJob({ onInconclusive: "hold" });
    expect(kinds(sayJob(held, "unknown", { isOver: true }, 5).entries)).toContain("promotion.failed");
    expect(kinds(sayJob(held, "failed", { isOver: true }, 5).entries)).toContain("rollback.started");
  });
});
