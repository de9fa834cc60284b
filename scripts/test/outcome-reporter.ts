import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";
import type { Outcome } from "./outcome";

/** Writes what a run of vitest came to into the file WAYBILL_TEST_OUTCOME, with the reasons of skipped tests. */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env.WAYBILL_TEST_OUTCOME;
    if (file === undefined) return;
    const outcome: Outcome = { passed: 0, failed: [], skipped: [] };
    for (const module of modules) readModule(module, outcome);
    for (const error of unhandled) outcome.failed.push(`an error outside of any test: ${error.message}`);
    writeFileSync(file, JSON.stringify(outcome));
  }
}

function readModule(module: TestModule, outcome: Outcome): void {
  for (const test of module.children.allTests()) {
    const name = `${module.relativeModuleId} › ${test.fullName}`;
    const result = test.result();
    if (result.state === "passed") outcome.passed += 1;
    else if (result.state === "failed") outcome.failed.push(name);
    else outcome.skipped.push({ name, reason: result.state === "skipped" ? (result.note ?? "") : "it never ran" });
  }
  // A file that cannot be loaded, or a failed beforeAll, has no failed test of its own.
  for (const error of module.errors()) {
    outcome.failed.push(`${module.relativeModuleId}: ${error.message.split("\n")[0]}`);
  }
  for (const suite of module.children.allSuites()) {
    for (const error of suite.errors()) {
      outcome.failed.push(`${module.relativeModuleId} › ${suite.fullName}: ${error.message.split("\n")[0]}`);
    }
  }
}
