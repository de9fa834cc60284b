import { expect, test } from "vitest";
import { environment, environmentTagProblem, gatesOf } from "@/lib/pipeline/policy/environment";

test.each(["testing", "staging", "prod", "live_2", "release.current"])("%s may be an environment's tag", (tag) => {
  expect(environmentTagProblem(tag)).toBeUndefined();
});

test.each(["latest", "Latest", "dev", "DEV", "", ".a", "a/b", "v1.2.3", "v1.2.3-rc.4", "sha-0123abc"])(
  "%j may not",
  (tag) => {
    expect(environmentTagProblem(tag)).toBeDefined();
  },
);

test("what must have succeeded before is the first gate", () => {
  const production = environment.parse({
    name: "production",
    requires: { any: ["staging", "canary"] },
    gates: [{ soak: { in: "staging", for: "1h" } }],
  });
  expect(gatesOf({ ...production, position: 1 })).toEqual([
    { kind: "upstream", match: "any", environments: ["staging", "canary"] },
    { kind: "soak", in: "staging", forMs: 3_600_000 },
  ]);
  expect(production.protected).toBe(false);
});

test("an environment without gates has none", () => {
  expect(gatesOf({ ...environment.parse({ name: "staging" }), position: 0 })).toEqual([]);
});
