import { z } from "zod";
import { units } from "@/lib/pipeline/policy/bound";

const bound = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("value"), value: z.number(), unit: z.enum(units) }),
    z.strictObject({ kind: z.literal("offset"), by: z.number(), unit: z.enum(units) }),
    z.strictObject({ kind: z.literal("factor"), factor: z.number() }),
  ])
  .meta({
    description: "a number of its own, or the baseline and so much more, or a multiple of it; shares are 0 to 1",
  });

/** A metric of a plan, as the API shows it. */
export const plannedMetric = z.strictObject({
  name: z.string(),
  connection: z.string(),
  query: z.string().meta({ description: "before {service}, {environment} … are filled in" }),
  baseline: z.string().optional().meta({ description: "the stable version's own query; else the time before" }),
  max: bound.optional(),
  min: bound.optional(),
  forMs: z.int().optional(),
  windowMs: z.int().optional(),
  minSamples: z.int(),
  consecutive: z.int(),
  judge: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("threshold") }),
    z.strictObject({ kind: z.literal("mannWhitney"), confidencePercent: z.number() }),
  ]),
  dryRun: z.literal(true).optional(),
  onInconclusive: z.enum(["rollBack", "hold"]),
  unit: z.enum(units),
});

const share = z.number().meta({ description: "0 to 1" });

/** What of a plan rolls back at once, as the API shows it. */
export const plannedTrigger = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("metric"), metric: z.string(), above: bound, forMs: z.int().optional() }),
  z.strictObject({ kind: z.literal("restarts"), restarts: z.int(), withinMs: z.int() }),
  z.strictObject({ kind: z.literal("probeFailures"), share, forMs: z.int().optional() }),
  z.strictObject({
    kind: z.literal("memory"),
    share,
    forMs: z.int().optional(),
    connection: z.string().optional(),
    query: z.string(),
  }),
  z.strictObject({
    kind: z.literal("alert"),
    alert: z.string(),
    labels: z.record(z.string(), z.string()),
    forMs: z.int().optional(),
    connection: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("webhook"),
    webhook: z.string().meta({ description: "the name under which it is reported from outside" }),
  }),
]);
