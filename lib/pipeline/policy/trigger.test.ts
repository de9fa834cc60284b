import { describe, expect, it } from "vitest";
import { verificationMetric } from "@/lib/pipeline/policy/metric";
import { type TriggerPolicy, trigger, triggerProblems, triggerWords, withSources } from "@/lib/pipeline/policy/trigger";

const read = (value: object) => trigger.parse(value);
const problems = (value: object) => {
  const parsed = trigger.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
};

describe("what rolls back at once", () => {
  it.each([
    [{ metric: "error rate", above: "5%", for: "2m" }, "error rate above 5 % for 2m"],
    [{ metric: "p99 latency", above: "3x", for: "5m" }, "p99 latency above 3 × baseline for 5m"],
    [{ restarts: 3, within: "5m" }, "3 restarts within 5m"],
    [{ probeFailures: "50%" }, "probes fail on more than 50 % of the pods"],
    [{ memory: "90%", for: "3m" }, "memory above 90 % of its limit for 3m"],
    [{ alert: "CircuitOpen", connection: "metrics" }, "the alert CircuitOpen fires"],
    [{ webhook: "circuit-breaker" }, "circuit-breaker is reported from outside"],
  ])("%j is read: %s", (value, words) => expect(triggerWords(read(value))).toBe(words));

  it.each([
    [{}, ": must have one of metric, restarts, probeFailures, memory, alert, webhook"],
    [{ webhook: "breaker", for: "2m" }, "for: does not stand beside webhook"],
    [{ metric: "a", restarts: 3 }, ": has metric and restarts at once"],
    [{ metric: "a" }, "above: is missing beside metric"],
    [{ restarts: 3 }, "within: is missing beside restarts"],
    [{ restarts: 3, within: "5m", for: "2m" }, "for: does not stand beside restarts"],
    [{ probeFailures: "50%", above: 3 }, "above: does not stand beside probeFailures"],
  ])("%j is refused: %s", (value, problem) => expect(problems(value)).toContain(problem));

  it.each([{ probeFailures: "0%" }, { restarts: 0, within: "5m" }, { alert: '"} or up{' }, { memory: 90 }])(
    "%j is refused",
    (value) => expect(problems(value)).not.toEqual([]),
  );
});

describe("triggers beside metrics", () => {
  const metric = (extra: object) =>
    verificationMetric.parse({ name: "p99", connection: "metrics", query: "q", max: "2s", ...extra });
  const above: TriggerPolicy = read({ metric: "p99", above: "3x" });

  it("name a metric that is there, with a baseline where they multiply it", () => {
    expect(triggerProblems([above], [])).toMatchObject([{ index: 0, key: "metric" }]);
    expect(triggerProblems([above], [metric({})])).toMatchObject([{ index: 0, key: "above" }]);
    expect(triggerProblems([above], [metric({ min: "0.5x", window: "5m" })])).toEqual([]);
    expect(triggerProblems([read({ metric: "p99", above: "5s" })], [metric({})])).toEqual([]);
  });

  it("take their numbers from where the first metric has its own, where they name no source", () => {
    const memory = read({ memory: "90%" });
    expect(triggerProblems([memory], [])).toMatchObject([{ index: 0, key: "connection" }]);
    expect(withSources([memory], [metric({})])).toMatchObject([{ connection: "metrics" }]);
  });
});
