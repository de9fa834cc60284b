import { describe, expect, it } from "vitest";
import { cliCommand } from "@/components/promote/cli-command";
import { previewAnswer } from "@/components/promote/preview-answer";
import { testPlan, testVerdict } from "@/components/promotion/testing/plan-for-tests";

type Asked = Parameters<typeof previewAnswer>[0];

function asked(over: Partial<Asked> = {}): Asked {
  const base = { plan: testPlan(), refusal: null, may: true, open: null, ahead: null };
  return { ...base, verdicts: [testVerdict("hold", "pass"), testVerdict("block", "pass")], ...over };
}

describe("what a preview comes to", () => {
  it("starts at once where every gate passes and its place is free", () => {
    expect(previewAnswer(asked())).toMatchObject({ word: "Starts at once", button: "Promote now" });
  });

  it("queues where another promotion has its place", () => {
    const ahead = { id: "veza-3", phase: "rollingOut", version: "v1" };
    expect(previewAnswer(asked({ ahead }))).toMatchObject({ tone: "ink", button: "Request, queues behind veza-3" });
  });

  it("says when it starts where only time is waited for", () => {
    const opensAt = "2026-11-23T09:00:00.000Z";
    const answer = previewAnswer(asked({ verdicts: [testVerdict("soak", "wait", { opensAt })] }));
    expect(answer).toMatchObject({ word: "May be requested", startsAt: opensAt });
    expect(answer.closed).toBeUndefined();
  });

  it("names no start where a person is waited for too", () => {
    const verdicts = [
      testVerdict("soak", "wait", { opensAt: "2026-11-23T09:00:00.000Z" }),
      testVerdict("approval", "wait", { whoCanAct: "1 more of approvers" }),
    ];
    const answer = previewAnswer(asked({ verdicts }));
    expect(answer.startsAt).toBeUndefined();
    expect(answer.text).toContain("1 more of approvers");
  });

  it("is never open or green for what is unknown", () => {
    expect(previewAnswer(asked({ verdicts: [testVerdict("soak", "unknown")] }))).toMatchObject({
      tone: "none",
      word: "Not known yet",
    });
  });

  it("is closed where the command would refuse it, and says what would change that", () => {
    const verdicts = [testVerdict("upstream", "fail", { whoCanAct: "promote it to staging first" })];
    const refusal = { code: "gateClosed" as const, message: "upstream: not there yet" };
    const answer = previewAnswer(asked({ verdicts, refusal }));
    expect(answer).toMatchObject({ tone: "fail", closed: "A gate says no." });
    expect(answer.text).toContain("Promote it to staging first.");
  });

  it("is closed to whoever may not ask", () => {
    expect(previewAnswer(asked({ may: false })).closed).toContain("You may not promote to production");
  });

  it("leads to the promotion that does it already", () => {
    const open = { id: "veza-3", phase: "waiting", version: "v1" };
    expect(previewAnswer(asked({ open, may: false }))).toMatchObject({ href: "/promotions/veza-3" });
  });

  it("keeps a rollback away from what is under way", () => {
    const plan = testPlan({ kind: "rollback" });
    expect(previewAnswer(asked({ plan }))).toMatchObject({ button: "Roll back now" });
    const ahead = { id: "veza-3", phase: "rollingOut", version: "v1" };
    expect(previewAnswer(asked({ plan, ahead })).closed).toBe("veza-3 is under way.");
  });
});

describe("the same as a command", () => {
  it("quotes what a shell would take apart", () => {
    const subject = { kind: "promote" as const, project: "veza", environment: "production", release: "a b's@v1" };
    expect(cliCommand(subject, "f00")).toBe(`waybill promote veza 'a b'\\''s@v1' --to production --plan f00 --wait`);
    const back = { kind: "rollback" as const, project: "veza", environment: "production", services: ["a", "b"] };
    expect(cliCommand(back, "f00")).toBe("waybill rollback veza a b --in production --plan f00 --wait");
  });
});
