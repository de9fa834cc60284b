import { describe, expect, test } from "vitest";
import { playwrightOutcome, single, summarise } from "./outcome";

describe("the last line", () => {
  test("counts over all stages", () => {
    expect(summarise([single("lint", true), { passed: 41, failed: [], skipped: [] }])).toBe("42 passed, 0 failed");
  });

  test("follows what failed, and what was skipped and why", () => {
    const outcomes = [
      single("types", false),
      { passed: 3, failed: ["a.test.ts › b"], skipped: [{ name: "c", reason: "docker-registry is not installed" }] },
      { passed: 0, failed: [], skipped: [{ name: "d", reason: "" }] },
    ];
    expect(summarise(outcomes).split("\n")).toEqual([
      "Failed:",
      "  types",
      "  a.test.ts › b",
      "",
      "Skipped:",
      "  c: docker-registry is not installed",
      "  d: it does not say why",
      "",
      "3 passed, 2 failed, 2 skipped",
    ]);
  });
});

test("Playwright's report is read to its leaves, and flaky is not passed", () => {
  const spec = (title: string, status: string, annotations: { type: string; description?: string }[] = []) => ({
    title,
    file: "a.spec.ts",
    tests: [{ status, annotations }],
  });
  const report = {
    suites: [
      {
        specs: [spec("one", "expected"), spec("two", "unexpected")],
        suites: [
          { specs: [spec("three", "flaky"), spec("four", "skipped", [{ type: "skip", description: "no IPv6" }])] },
        ],
      },
    ],
    errors: [{ message: "Error: no tests found\n  at x" }],
  };
  expect(playwrightOutcome(report)).toEqual({
    passed: 1,
    failed: ["a.spec.ts › two", "a.spec.ts › three", "e2e: Error: no tests found"],
    skipped: [{ name: "a.spec.ts › four", reason: "no IPv6" }],
  });
});
