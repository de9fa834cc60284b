import { describe, expect, it } from "vitest";
import type { UpstreamSuccess } from "@/lib/pipeline/gates/gate";
import { evaluateSoak } from "@/lib/pipeline/gates/soak";
import { later } from "@/lib/pipeline/promotion/decision";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const now = "2026-03-01T10:00:00.000Z";
const config = { kind: "soak" as const, in: "staging", forMs: 7_200_000 };

const success = (service: string, agoMs: number, extra: Partial<UpstreamSuccess> = {}): UpstreamSuccess => ({
  service,
  environment: "staging",
  digest: digestOf("a"),
  promotion: "demo-1",
  verifiedAt: later(now, -agoMs),
  ...extra,
});
const judge = (successes: UpstreamSuccess[] | undefined, at = now) =>
  evaluateSoak(config, { plan: aPlan(), evidence: { successes }, now: at });

describe("a soak", () => {
  it("passes at the very millisecond at which it is over, and not one before", () => {
    const both = [success("backend", 7_200_000), success("chat", 9_000_000)];
    expect(judge(both).status).toBe("pass");
    expect(judge(both, later(now, -1))).toMatchObject({ status: "wait", opensAt: now, nextEvaluationAt: now });
  });

  it("counts from the youngest of several services", () => {
    const verdict = judge([success("backend", 90_000_000), success("chat", 3_600_000)]);
    expect(verdict).toMatchObject({ status: "wait", opensAt: later(now, 3_600_000) });
    expect(verdict.evidence).toContainEqual({ name: "soaked", value: "1h", threshold: "2h" });
  });

  const failing: [string, UpstreamSuccess[]][] = [
    ["nothing was verified", []],
    ["one service was not", [success("backend", 90_000_000)]],
    ["another digest was", [success("backend", 9e7), success("chat", 9e7, { digest: digestOf("c") })]],
    ["it was in another environment", [success("backend", 9e7), success("chat", 9e7, { environment: "testing" })]],
  ];
  it.each(failing)("fails where %s", (_, successes) => {
    const verdict = judge(successes);
    expect(verdict).toMatchObject({ status: "fail", whoCanAct: "promote it to staging first" });
    expect(verdict.summary).toContain("chat");
  });

  it("is unknown where nobody looked, and where a moment cannot be read", () => {
    expect(judge(undefined).status).toBe("unknown");
    const odd = [success("backend", 9e7), success("chat", 0, { verifiedAt: "yesterday" })];
    expect(judge(odd).status).toBe("unknown");
  });

  it("does not pass on a clock that runs behind", () => {
    const ahead = [success("backend", -60_000), success("chat", -60_000)];
    expect(judge(ahead).status).toBe("wait");
    expect(judge(ahead).evidence).toContainEqual({ name: "soaked", value: "0s", threshold: "2h" });
  });
});
