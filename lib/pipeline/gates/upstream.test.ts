import { describe, expect, it } from "vitest";
import type { UpstreamSuccess } from "@/lib/pipeline/gates/gate";
import { evaluateUpstream } from "@/lib/pipeline/gates/upstream";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const now = "2026-03-01T10:00:00.000Z";
const success = (service: string, environment: string, digest = digestOf("a")): UpstreamSuccess => {
  return { service, environment, digest, promotion: `demo-${environment}`, verifiedAt: now };
};
function judge(match: "all" | "any", successes: UpstreamSuccess[] | undefined) {
  const config = { kind: "upstream" as const, match, environments: ["testing", "staging"] };
  return evaluateUpstream(config, { plan: aPlan(), evidence: { successes }, now });
}
const both = (environment: string) => [success("backend", environment), success("chat", environment)];

describe("success in the environments before", () => {
  const table: ["all" | "any", string, UpstreamSuccess[], string][] = [
    ["all", "every service in both", [...both("testing"), ...both("staging")], "pass"],
    ["all", "both services in one of them", both("staging"), "fail"],
    ["all", "one service in both, the other in one", [...both("staging"), success("chat", "testing")], "fail"],
    ["any", "both services in one of them", both("staging"), "pass"],
    // Each in another environment: nowhere did the set succeed together.
    ["any", "each service in another one", [success("backend", "testing"), success("chat", "staging")], "fail"],
    ["any", "nothing", [], "fail"],
    [
      "any",
      "the same version by other bytes",
      [success("backend", "staging"), success("chat", "staging", digestOf("c"))],
      "fail",
    ],
  ];
  it.each(table)("%s, with %s: %s", (match, _, successes, status) => {
    expect(judge(match, successes).status).toBe(status);
  });

  it("does not count what was taken back there, and says why", () => {
    const taken = { at: "2026-03-01T09:00:00.000Z", by: "demo-9", why: "demo-9 failed: health answered 500" };
    const [backend, chat] = both("staging");
    if (!backend || !chat) throw new Error("two services");
    const verdict = judge("any", [backend, { ...chat, takenBack: taken }]);
    expect(verdict).toMatchObject({
      status: "fail",
      summary: `chat in staging was taken back at ${taken.at}: ${taken.why}`,
      whoCanAct: expect.stringContaining("verify there again"),
    });
    expect(judge("any", [...both("testing"), backend, { ...chat, takenBack: taken }]).status).toBe("pass");
  });

  it("names what is missing and where", () => {
    expect(judge("all", both("staging")).summary).toContain("backend, chat not in testing");
  });

  it("is unknown where nobody looked", () => {
    expect(judge("all", undefined).status).toBe("unknown");
    expect(judge("any", undefined).status).toBe("unknown");
  });
});
