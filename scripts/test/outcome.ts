export interface SkippedTest {
  name: string;
  /** Empty where the test did not say. */
  reason: string;
}

/** What one stage, or all of them, came to. */
export interface Outcome {
  passed: number;
  /** Names of what failed. */
  failed: string[];
  skipped: SkippedTest[];
}

/** A check that holds or does not, such as the linter. */
export function single(name: string, holds: boolean): Outcome {
  return holds ? { passed: 1, failed: [], skipped: [] } : { passed: 0, failed: [name], skipped: [] };
}

/** The end of `npm test`: what failed, what was skipped and why, and the counts on the last line. */
export function summarise(outcomes: readonly Outcome[]): string {
  const failed = outcomes.flatMap((outcome) => outcome.failed);
  const skipped = outcomes.flatMap((outcome) => outcome.skipped);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const lines: string[] = [];
  if (failed.length > 0) lines.push("Failed:", ...failed.map((name) => `  ${name}`), "");
  if (skipped.length > 0) {
    lines.push("Skipped:", ...skipped.map(({ name, reason }) => `  ${name}: ${reason || "it does not say why"}`), "");
  }
  const counts = `${passed} passed, ${failed.length} failed`;
  return [...lines, skipped.length > 0 ? `${counts}, ${skipped.length} skipped` : counts].join("\n");
}

interface PlaywrightSpec {
  title: string;
  file: string;
  tests: { status: string; annotations: { type: string; description?: string }[] }[];
}

interface PlaywrightSuite {
  specs?: PlaywrightSpec[];
  suites?: PlaywrightSuite[];
}

/** Reads the report of Playwright's JSON reporter. A flaky test is a failed one. */
export function playwrightOutcome(report: { suites: PlaywrightSuite[]; errors?: { message?: string }[] }): Outcome {
  const outcome: Outcome = { passed: 0, failed: [], skipped: [] };
  const visit = (suite: PlaywrightSuite) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        const name = `${spec.file} › ${spec.title}`;
        if (test.status === "expected") outcome.passed += 1;
        else if (test.status !== "skipped") outcome.failed.push(name);
        else {
          const why = test.annotations.find(({ type }) => type === "skip" || type === "fixme");
          outcome.skipped.push({ name, reason: why?.description ?? "" });
        }
      }
    }
    for (const child of suite.suites ?? []) visit(child);
  };
  for (const suite of report.suites) visit(suite);
  for (const error of report.errors ?? []) outcome.failed.push(`e2e: ${(error.message ?? "").split("\n")[0]}`);
  return outcome;
}
