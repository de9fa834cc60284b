import fc from "fast-check";
import { duration } from "@/lib/config/testing/duration-arbitrary";

const amount = fc.constantFrom("5%", 0.5, "500ms", "2s", "200MB");
const relative = fc.constantFrom("+0.5%", "-10ms", "1.2x");
const more = {
  for: duration,
  consecutive: fc.integer({ min: 1, max: 5 }),
  dryRun: fc.boolean(),
  onInconclusive: fc.constantFrom("rollBack", "hold"),
  unit: fc.constantFrom("share", "seconds", "bytes", "number"),
};
const metric = fc.oneof(
  fc.record({ query: fc.constant("q"), max: amount, ...more }, { requiredKeys: ["query", "max"] }),
  fc.record(
    {
      query: fc.constant("rate(x[{window}])"),
      max: relative,
      window: duration,
      minSamples: fc.integer({ min: 1, max: 100 }),
      judge: fc.constantFrom("threshold", "mannWhitney", { mannWhitney: { confidence: "95%" } }),
      ...more,
    },
    { requiredKeys: ["query", "max", "window"] },
  ),
  fc.record({
    canary: fc.constant('a{s="{service}"}'),
    baseline: fc.constant("b"),
    min: relative,
    window: duration,
  }),
);

/** `verification.metrics` of an environment, valid: names of its own for each. */
export const metricsArbitrary = fc
  .array(metric, { maxLength: 3 })
  .map((all) => all.map((one, index) => ({ name: `metric ${index}`, connection: "metrics", ...one })));

/** `verification.rollBackWhen`, valid whatever the metrics are. */
export const triggersArbitrary = fc.array(
  fc.oneof(
    fc.record({ restarts: fc.integer({ min: 1, max: 9 }), within: duration }),
    fc.record({ probeFailures: fc.constantFrom("1%", "50%"), for: duration }, { requiredKeys: ["probeFailures"] }),
    fc.record({ memory: fc.constant("90%"), connection: fc.constant("metrics"), for: duration }),
    fc.record({
      alert: fc.constant("CircuitOpen"),
      connection: fc.constantFrom("metrics", "alerts"),
      labels: fc.constant({ a: "b" }),
    }),
    fc.record({ webhook: fc.constant("circuit-breaker") }),
  ),
  { maxLength: 3 },
);
