import { describe, expect, it } from "vitest";
import type { CheckState } from "@/lib/pipeline/promotion/state";
import { digestOf } from "@/lib/pipeline/promotion/testing/a-plan";
import { checksAgain, judgeAgain, looksMax } from "@/lib/pipeline/verification/again";
import { judgeCheck } from "@/lib/pipeline/verification/judge-check";

const now = "2026-03-01T10:00:00.000Z";
const place = { project: "veza", environment: "staging", service: "api", namespace: "veza-staging", workload: "api" };
const facts = { ...place, digest: digestOf("a") };

describe("the checks of what runs", () => {
  it("are the digest and the policy's endpoints, with their addresses filled in", () => {
    const policy = { health: [{ url: "http://{service}/{environment}", status: 200, forMs: 9e5 }], smoke: [] };
    const [digest, health, ...more] = checksAgain(facts, policy, now);
    expect(more).toEqual([]);
    expect(digest?.kind).toBe("digest");
    expect(health).toMatchObject({ kind: "endpoint", url: "http://api/staging", expected: { status: 200 } });
    // What must hold for a quarter of an hour after a rollout is right at the first look here.
    if (health?.kind !== "endpoint") throw new Error("an endpoint");
    const answered = { kind: "answered", status: 200, body: "", tookMs: 20, headers: {} } as const;
    expect(judgeCheck(health.state, health.expected, answered, now).status).toBe("good");
  });
});

describe("what they say", () => {
  const check = (status: CheckState["status"]): CheckState => {
    const base = { service: "api", kind: "health" as const, since: now, failures: 0, found: "answered 500, not 200" };
    return { ...base, id: "api:health:0", title: "health answers 200", status };
  };
  const table: [CheckState["status"][], number, string][] = [
    [["good"], 1, "passed"],
    [["good", "passed"], 1, "passed"],
    [["good", "waiting"], 1, "lookAgain"],
    [["good", "unknown"], looksMax - 1, "lookAgain"],
    [["good", "unknown"], looksMax, "errored"],
    [["waiting"], looksMax, "errored"],
    [["holding"], looksMax, "errored"],
    [["failed", "unknown"], 1, "failed"],
    [["unknown", "failed"], looksMax, "failed"],
  ];
  it.each(table)("%j after %i: %s", (statuses, looks, expected) => {
    expect(judgeAgain(statuses.map(check), looks).kind).toBe(expected);
  });

  it("names what was wrong", () => {
    const reason = "health answers 200: answered 500, not 200";
    expect(judgeAgain([check("good"), check("failed")], 1)).toEqual({ kind: "failed", reason });
  });
});
