import { describe, expect, it } from "vitest";
import { aPlan, aService } from "@/lib/pipeline/promotion/testing/a-plan";
import { checkAddress, checkEveryMs, startVerification } from "@/lib/pipeline/verification/start";

const now = "2026-03-01T10:00:00.000Z";
const verification = {
  health: [{ url: "https://{service}.example.com/health", status: 200, forMs: 30_000 }],
  smoke: [{ url: "https://{environment}.example.com/{namespace}/{workload}", status: 204 }],
  watchMs: 10_000,
};

describe("the start of a verification", () => {
  const started = startVerification(aPlan({ verification }), now);

  it("makes a digest check and every check of the policy for each service, none of them good yet", () => {
    expect(started.checks.map((one) => one.id)).toEqual([
      "backend:digest",
      "backend:health:0",
      "backend:smoke:0",
      "chat:digest",
      "chat:health:0",
      "chat:smoke:0",
    ]);
    expect(new Set(started.checks.map((one) => one.status))).toEqual(new Set(["waiting"]));
    expect(started.checks[1]?.title).toBe("health https://backend.example.com/health answers 200");
  });

  it("watches as long as the policy says, and waits for answers beyond the longest check", () => {
    expect(started.watchUntil).toBe("2026-03-01T10:00:10.000Z");
    expect(started.deadlineAt).toBe("2026-03-01T10:01:30.000Z");
  });

  it("has the digest check where the policy names none: nothing succeeds unseen", () => {
    const bare = startVerification(aPlan({ verification: { health: [], smoke: [], watchMs: 0 } }), now);
    expect(bare.checks.map((one) => one.kind)).toEqual(["digest", "digest"]);
    expect(bare.watchUntil).toBe(now);
    expect(bare.deadlineAt).toBe("2026-03-01T10:01:00.000Z");
  });
});

it("fills in an address without letting a name break out of its place", () => {
  const odd = aService("a/../b", { target: { ...aService("a").target, namespace: "n?x=1#" } });
  const plan = aPlan({ services: [odd] });
  expect(checkAddress(plan, odd, "https://h.example/{service}/{namespace}")).toBe(
    "https://h.example/a%2F..%2Fb/n%3Fx%3D1%23",
  );
});

it.each([
  [0, 1_000],
  [5_000, 1_000],
  [60_000, 6_000],
  [900_000, 15_000],
])("a watch of %i ms is looked at every %i ms", (watchMs, everyMs) => {
  expect(checkEveryMs({ health: [], smoke: [], watchMs })).toBe(everyMs);
});
