import { describe, expect, it } from "vitest";
import { planRisks } from "@/components/promotion/plan-risks";
import { planSteps } from "@/components/promotion/plan-steps";
import { testFacts, testPlan } from "@/components/promotion/testing/plan-for-tests";
import { aCanaryService } from "@/lib/pipeline/promotion/testing/a-plan";

describe("what stands out in a plan", () => {
  it("is nothing where nothing does", () => {
    expect(planRisks(testPlan(), [testFacts()])).toEqual([]);
  });

  it("says that there is no way back, and that a way back was never verified", () => {
    const [service] = testPlan().services;
    const without = testPlan({ services: [{ ...service, rollback: null }] });
    expect(planRisks(without, [testFacts()]).map((one) => one.title)).toEqual(["backend has no way back."]);
    const unverified = {
      ...service.rollback,
      digest: service.to.digest,
      version: null,
      release: null,
      verified: false,
    };
    const plan = testPlan({ services: [{ ...service, rollback: unverified }] });
    expect(planRisks(plan, [testFacts()]).map((one) => one.id)).toEqual(["backend way back"]);
  });

  it("puts what is to be looked at before what is good to know", () => {
    const facts = testFacts();
    const risks = planRisks(testPlan({ onFailure: "hold" }), [
      { ...facts, to: facts.to && { ...facts.to, user: "" }, recentFailures: 2 },
    ]);
    expect(risks.map((one) => [one.weight, one.id])).toEqual([
      ["look", "backend failures"],
      ["look", "hold"],
      ["note", "backend root"],
    ]);
  });

  it("names no risk of facts that are not known", () => {
    expect(planRisks(testPlan(), [{ ...testFacts(), from: null, to: null, runs: null }])).toEqual([]);
  });
});

describe("the steps of a plan", () => {
  it("are one a service, the verification, the tag and the end, with the limits that the policy sets", () => {
    expect(planSteps(testPlan()).map((step) => [step.title, ...step.lines])).toEqual([
      ["1 Roll out backend", "rolling", "10 min at most"],
      ["2 Verify", "2 checks", "watched 15 min"],
      ["3 Move tag", "prod", "in the registry"],
      ["4 Succeeded", "seen running, verified"],
    ]);
  });

  it("say of a canary without a router which share its pods really give", () => {
    const canary = aCanaryService("backend");
    const strategy = {
      ...canary.strategy,
      route: { kind: "replicas" },
      steps: [{ weight: 5, forMs: 60_000 }],
    } as never;
    const plan = testPlan({ services: [{ ...testPlan().services[0], strategy }] });
    const runs = { ...testFacts().runs, seenAt: "2026-03-01T10:00:00.000Z", desired: 3 } as never;
    const share = (facts: Parameters<typeof planSteps>[1]) =>
      planSteps(plan, facts).find((one) => one.title === "2 Canary at 5\u00a0%")?.lines[0];
    expect(share([{ ...testFacts(), runs }])).toBe("by 1 of 4 pods, 25 %");
    expect(share([{ ...testFacts(), runs: null }])).toBe("by pods: their number is not known");
  });

  it("have no canary where there is nothing to compare with, and say why", () => {
    const service = { ...aCanaryService("backend"), from: null, rollback: null };
    const [first] = planSteps(testPlan({ services: [service] }));
    expect(first).toMatchObject({ title: "1 Roll out backend", touches: true });
    expect(first?.lines[0]).toBe(
      "no canary: the first deployment goes at once: nothing runs yet that it could be compared with",
    );
    const back = planSteps(testPlan({ kind: "rollback", services: [aCanaryService("backend")] }));
    expect(back[0]?.lines[0]).toMatch(/^no canary: a rollback goes at once/);
  });
});
