import { describe, expect, it } from "vitest";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { aPlan, aService, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const base = aPlan();
const hash = hashPlan(base);
const withBackend = (extra: Parameters<typeof aService>[1]): Plan =>
  aPlan({ services: [aService("backend", extra), aService("chat")] });

/** The same value with every object's keys in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, turned(one)]),
  );
}

describe("the hash of a plan", () => {
  it("is 64 hex digits, and does not depend on the order of keys", () => {
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashPlan(turned(base) as Plan)).toBe(hash);
    expect(hashPlan(JSON.parse(JSON.stringify(base)) as Plan)).toBe(hash);
  });

  const same: [string, Plan][] = [
    ["what the running digest is called", withBackend({ from: { digest: digestOf("b"), version: null } })],
    [
      "what the rollback digest is called",
      withBackend({ rollback: { digest: digestOf("b"), version: "v9", release: "backend@v9", verified: true } }),
    ],
  ];
  it.each(same)("is not changed by %s", (_, plan) => expect(hashPlan(plan)).toBe(hash));

  const other: [string, Plan][] = [
    ["the digest", withBackend({ to: { digest: digestOf("c"), version: "v1.1.0", platforms: [], revision: null } })],
    ["what runs now", withBackend({ from: { digest: digestOf("c"), version: "v1.0.0" } })],
    ["that nothing runs now", withBackend({ from: null })],
    ["the way back", withBackend({ rollback: null })],
    [
      "whether the way back is verified",
      withBackend({ rollback: { digest: digestOf("b"), version: "v1.0.0", release: null, verified: false } }),
    ],
    ["the image's host", withBackend({ image: "evil.example.com/demo-backend" })],
    ["the target", withBackend({ target: { ...aService("backend").target, namespace: "other" } })],
    ["the strategy", withBackend({ strategy: { kind: "recreate", deadlineMs: 60_000 } })],
    ["the order", aPlan({ services: base.services.toReversed(), tags: base.tags })],
    ["the policy's version", aPlan({ policyVersion: 4 })],
    ["the environment", aPlan({ environment: "staging" })],
    ["a gate taken away", aPlan({ gates: [] })],
    [
      "a gate made easier",
      aPlan({ gates: [{ kind: "approval", count: 1, from: ["staff"], expiresAfterMs: 3_600_000 }] }),
    ],
    ["a check taken away", aPlan({ verification: { health: [], smoke: [], watchMs: 10_000 } })],
    ["what happens on failure", aPlan({ onFailure: "hold" })],
    ["the queue", aPlan({ queue: "newest" })],
    ["the tags", aPlan({ tags: [] })],
    ["the kind", aPlan({ kind: "rollback" })],
  ];
  it.each(other)("is changed by %s", (_, plan) => expect(hashPlan(plan)).not.toBe(hash));

  it("is another one for each of these", () => {
    expect(new Set(other.map(([, plan]) => hashPlan(plan))).size).toBe(other.length);
  });
});
