import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backtest } from "@/lib/pipeline/backtest/backtest";
import type { BacktestResult } from "@/lib/pipeline/backtest/backtest-result";
import type { PastFacts, PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import { rebuiltVerdict } from "@/lib/pipeline/backtest/replay-gate";
import { replayedPolicy } from "@/lib/pipeline/backtest/replayed-policy";
import { anEnvironment, aPast, aProject, aVerdict, startedAt } from "@/lib/pipeline/backtest/testing/past";
import type { GateEvidence } from "@/lib/pipeline/gates/gate";
import { isOpen } from "@/lib/pipeline/gates/gate";
import { evaluateGates } from "@/lib/pipeline/gates/registry";
import { plannedGates } from "@/lib/pipeline/plan/build-plan";
import type { GateConfig } from "@/lib/pipeline/policy/gate-config";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const hour = 3_600_000;
const soak = (hours: number, extra: { shadow?: true } = {}): GateConfig => ({
  ...{ kind: "soak", in: "staging", forMs: hours * hour },
  ...extra,
});
const verified = (hoursBefore: number): PastFacts => {
  const verifiedAt = new Date(Date.parse(startedAt) - hoursBefore * hour).toISOString();
  return {
    successes: [{ service: "backend", environment: "staging", digest: digestOf("a"), promotion: "demo-1", verifiedAt }],
  };
};

/** Replays production with gates `after` in place of `before`. */
function run(
  after: GateConfig[],
  before: GateConfig[],
  all: [PastPromotion, PastFacts][],
  more = false,
): BacktestResult {
  const policy = replayedPolicy(aProject(after), aProject(before));
  const backtest = new Backtest({ project: "demo", since: "2026-01-01T00:00:00.000Z", limit: 500, policy });
  for (const [past, facts] of all) backtest.add(past, facts);
  return backtest.end(more);
}

describe("a changed policy over past promotions", () => {
  const never: PastFacts = { successes: [] };
  const past: [PastPromotion, PastFacts][] = [
    [aPast({ id: "demo-9", outcome: "wentWrong" }), never],
    [aPast({ id: "demo-8" }), never],
    [aPast({ id: "demo-7" }), verified(1)],
    [aPast({ id: "demo-6", outcome: "wentWrong" }), verified(5)],
    [aPast({ id: "demo-5", outcome: "other" }), {}],
  ];

  it("says how many it would have blocked or made to wait, of which kind, and what cannot be told", () => {
    const found = run([soak(4)], [soak(1)], past);
    expect(found).toMatchObject({
      promotions: { total: 5, blocked: 2, waited: 1, unknown: 1 },
      wentWrong: { total: 2, blocked: 1, waited: 0, unknown: 0 },
      succeeded: { total: 2, blocked: 1, waited: 1, unknown: 0 },
      gates: [{ environment: "production", gate: "soak", demand: "4h in staging", recorded: 0 }],
    });
    expect(found.gates[0]?.answers).toEqual({ passes: 1, fails: 2, waits: 1, unknown: 1 });
    expect(found.cases.map(({ promotion, result }) => [promotion, result])).toEqual([
      ["demo-9", "blocked"],
      ["demo-8", "blocked"],
      ["demo-7", "waited"],
      ["demo-5", "unknown"],
    ]);
    expect(found.cases[2]?.gates).toMatchObject([
      { gate: "soak", answer: "waits", opensAt: "2026-03-06T13:00:00.000Z" },
    ]);
    expect(found.words).toEqual([
      "It would have blocked 2 of 5 promotions: 1 of the 2 that were rolled back or failed, 1 of the 2 that succeeded.",
      "It would have made 1 wait: 0 of the 2 that were rolled back or failed, 1 of the 2 that succeeded.",
      "1 could not be told: soak had no record.",
    ]);
  });

  it("asks only the gates that it changes, only of the environments where it does", () => {
    const image: GateConfig = { kind: "image", nonRoot: true };
    const found = run(
      [image, soak(4)],
      [image, soak(1)],
      [...past, [aPast({ plan: { ...aPast().plan, environment: "staging" } }), {}]],
    );
    expect(found).toMatchObject({ scope: "changed", environments: ["production"], promotions: { total: 5 } });
    expect(found.gates.map((one) => one.gate)).toEqual(["soak"]);
  });

  it("asks each gate where it changes none, and says so", () => {
    const found = run([soak(4)], [soak(4)], past);
    expect(found).toMatchObject({ scope: "every", promotions: { total: 5, blocked: 2 } });
    expect(found.words).toContain("It changes no gate: each of them was asked again.");
  });

  it("counts a gate in shadow for itself alone, beside what shadows said then", () => {
    const shadowed = aVerdict("soak", "fail", { shadow: true });
    const with_ = past.map(([one, facts]): [PastPromotion, PastFacts] => [{ ...one, verdicts: [shadowed] }, facts]);
    const found = run([soak(4, { shadow: true })], [], with_);
    expect(found.promotions).toEqual({ total: 5, blocked: 0, waited: 0, unknown: 0 });
    expect(found.gates).toMatchObject([{ shadow: true, answers: { fails: 2 }, inShadow: { total: 5, closed: 5 } }]);
    expect(found.words).toEqual(["It would have blocked none of 5 promotions."]);
  });

  it("turns a shadow on: what it said then is what it would have done", () => {
    const gates = [soak(4, { shadow: true })];
    const recorded = aPast({ verdicts: [aVerdict("soak", "fail", { shadow: true })] }, gates);
    const found = run([soak(4)], gates, [[recorded, verified(9)]]);
    expect(found).toMatchObject({ promotions: { total: 1, blocked: 1 }, gates: [{ recorded: 1 }] });
  });

  it("says what a gate that is taken away leaves out", () => {
    const found = run([], [soak(1)], past);
    expect(found).toMatchObject({
      scope: "changed",
      environments: [],
      removed: [{ environment: "production", gate: "soak" }],
    });
    expect(found.words).toEqual([
      "It takes away soak of production: what that kept from starting is not in this count.",
    ]);
  });

  it("counts rollbacks apart, and none of them waits", () => {
    const deny = [{ kind: "once" as const, name: "move", from: "2026-03-06T00:00", to: "2026-03-07T00:00" }];
    const freeze: GateConfig = {
      kind: "freeze",
      timezone: "UTC",
      deny,
      allow: [],
      exempt: [],
      appliesTo: ["rollback"],
    };
    const back = aPast({ plan: { ...aPast().plan, kind: "rollback" } });
    const found = run(
      [freeze],
      [],
      [
        [back, {}],
        [aPast(), {}],
      ],
    );
    expect(found).toMatchObject({
      promotions: { total: 1, blocked: 0 },
      rollbacks: { total: 1, blocked: 1, waited: 0 },
    });
    expect(found.words).toEqual([
      "It would have blocked none of 1 promotion.",
      "It would have stopped 1 of 1 rollback.",
    ]);
  });

  it("says where nothing was there to replay, and where there is more", () => {
    expect(run([soak(4)], [], []).words).toEqual([
      "No promotion started there in that time: there is nothing to replay.",
    ]);
    expect(run([soak(4)], [], past, true).words.at(-1)).toBe("Only the newest 500 were replayed.");
  });
});

describe("the policy in force, over promotions that were made under it", () => {
  const gate = fc.oneof(
    fc.record({
      kind: fc.constant("soak" as const),
      in: fc.constant("staging"),
      forMs: fc.integer({ min: 1, max: 9 * hour }),
    }),
    fc.constant<GateConfig>({ kind: "upstream", match: "any", environments: ["staging", "testing"] }),
    fc.record({
      kind: fc.constant("errorBudget" as const),
      slo: fc.constant("availability"),
      minRemainingPercent: fc.integer({ min: 0, max: 99 }),
    }),
    fc.constant<GateConfig>({ kind: "image", nonRoot: true }),
    fc.record({
      ...{ kind: fc.constant("approval" as const), count: fc.constant(1), expiresAfterMs: fc.constant(hour) },
      from: fc.subarray(["ops", "security"], { minLength: 1 }),
    }),
    fc.constant<GateConfig>({
      ...{ kind: "freeze", timezone: "UTC", allow: [], exempt: [], appliesTo: ["promote"] },
      deny: [{ kind: "once", name: "move", from: "2026-03-05T00:00", to: "2026-03-06T00:00" }],
    }),
  );
  const shadowy = fc
    .tuple(gate, fc.boolean())
    .map(([one, shadow]): GateConfig => (shadow ? { ...one, shadow: true } : one));

  it("blocks none that started, and what is judged again says what was recorded", () => {
    fc.assert(
      fc.property(
        fc.array(shadowy, { maxLength: 6 }),
        fc.integer({ min: 0, max: 12 }),
        fc.boolean(),
        (gates, hours, approved) => {
          const project = aProject(gates);
          const plan = { ...aPast().plan, gates: plannedGates("promote", anEnvironment("production", gates)) };
          const facts: PastFacts = {
            ...{ holds: [], blocks: [], pins: [], ...verified(hours) },
            images: [
              {
                ...{ service: "backend", digest: digestOf("a") },
                images: [
                  { os: "linux", architecture: "amd64", sizeBytes: 1, user: "7", healthcheck: true, labels: {} },
                ],
              },
            ],
          };
          const person = "idp#arjun";
          const yes = {
            by: { kind: "person" as const, id: person, name: "Arjun" },
            person,
            decision: "approved" as const,
          };
          const approvals = approved ? [{ ...yes, planHash: aPast().planHash, reason: null, at: startedAt }] : [];
          const past = aPast({ plan, approvals });
          const { requestedBy: by, reason, requestedAt, planHash } = past;
          const standings = [{ person, email: "", groups: ["ops", "security"], mayApprove: true }];
          const evidence: GateEvidence = {
            ...{ ...facts, request: { by, reason } },
            approvals: { planHash, requestedBy: by, requestedAt, given: approvals, standings },
          };
          const verdicts = evaluateGates({ plan, evidence, now: startedAt });
          const started = { ...past, verdicts };
          for (const [index, one] of plan.gates.entries()) {
            const rebuilt = rebuiltVerdict(one, started, facts);
            if (rebuilt.status !== "unknown") expect(rebuilt.status).toBe(verdicts[index]?.status);
          }
          fc.pre(verdicts.every(isOpen));
          const policy = replayedPolicy(project, project);
          const backtest = new Backtest({ project: "demo", since: startedAt, limit: 1, policy });
          backtest.add(started, facts);
          expect(backtest.end(false)).toMatchObject({
            promotions: { total: 1, blocked: 0, waited: 0, unknown: 0 },
            cases: [],
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
