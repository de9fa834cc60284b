import { z } from "zod";
import { type Bound, bound, isRelative, type Unit, units } from "@/lib/pipeline/policy/bound";
import { duration } from "@/lib/pipeline/policy/duration";
import { exactlyOne } from "@/lib/pipeline/policy/exactly-one";
import { name } from "@/lib/pipeline/policy/name";

/** How a metric is judged: the newest number against its limits, or all numbers of the window against the baseline's. */
export type MetricJudge =
  | { kind: "threshold" }
  /** `confidencePercent`: how sure the test must be that the two differ. */
  | { kind: "mannWhitney"; confidencePercent: number };

/**
 * A number about a service that must stay within limits. `query` gives what is judged. Limits that need a baseline take
 * it from `baseline` at the same moment, or, where there is none, from `query` in the window before the rollout began.
 */
export interface MetricPolicy {
  name: string;
  connection: string;
  query: string;
  baseline?: string;
  max?: Bound;
  min?: Bound;
  /** How long it must stay within its limits before it counts as good. */
  forMs?: number;
  /** `{window}` in its queries, and how much time there must be to compare before it counts as good. */
  windowMs?: number;
  /** So many numbers there must be in the window. */
  minSamples: number;
  /** So many judgements outside of the limits in a row are a failure. */
  consecutive: number;
  judge: MetricJudge;
  /** Measured, shown and recorded; decides nothing. */
  dryRun?: true;
  /** What follows where it could not be judged until its deadline. */
  onInconclusive: "rollBack" | "hold";
  unit: Unit;
}

/** How a metric's name is written: it is shown, and a trigger refers to it. */
export const metricName = z
  .string()
  .max(80)
  .regex(/^\S(.*\S)?$/)
  .meta({ description: "a name of 1 to 80 characters, such as error rate" });

const query = z.string().trim().min(1).max(4000).meta({
  description:
    "a query that gives one number; {project}, {service}, {environment}, {namespace}, {workload}, {container} and {window} are filled in",
});

const confidence = z
  .string()
  .regex(/^[0-9]{2}(\.[0-9]{1,3})?%$/)
  .refine((text) => Number.parseFloat(text) >= 50)
  .transform((text) => Number.parseFloat(text))
  .meta({ description: "a percentage from 50% to 99.999%" });

const judge = z
  .union([
    z.enum(["threshold", "mannWhitney"]),
    z.strictObject({ mannWhitney: z.strictObject({ confidence: confidence.prefault("98%") }) }),
  ])
  .transform((value): MetricJudge => {
    if (value === "threshold") return { kind: "threshold" };
    const percent = value === "mannWhitney" ? 98 : value.mannWhitney.confidence;
    return { kind: "mannWhitney", confidencePercent: percent };
  })
  .meta({
    description:
      "threshold (the newest number against the limits) or mannWhitney (all numbers of the window against the baseline's), also as { mannWhitney: { confidence: 98% } }",
  });

/** Fewer numbers than these say nothing about a difference. */
const mannWhitneySamplesMin = 5;

const fields = {
  name: metricName,
  connection: name.meta({ description: "the name of a connection of kind prometheus" }),
  query: query.optional(),
  canary: query.optional(),
  baseline: query.optional(),
  max: bound.optional(),
  min: bound.optional(),
  for: duration.meta({ description: "how long it must stay within its limits: 2m …" }).optional(),
  window: duration.meta({ description: "what {window} stands for, and how much time is compared: 15m …" }).optional(),
  minSamples: z
    .int()
    .min(1)
    .max(10_000)
    .meta({ description: "a whole number from 1 to 10000: so many numbers there must be in the window" })
    .optional(),
  consecutive: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .meta({ description: "a whole number from 1 to 100: so many results outside of the limits in a row fail" }),
  judge: judge.prefault("threshold"),
  dryRun: z.boolean().meta({ description: "true: measured and recorded, decides nothing" }).optional(),
  onInconclusive: z
    .enum(["rollBack", "hold"])
    .default("rollBack")
    .meta({ description: "rollBack or hold: what follows where it could not be judged until its deadline" }),
  unit: z
    .enum(units)
    .meta({ description: `one of ${units.join(", ")}; else as its limit says` })
    .optional(),
};

type Read = z.output<z.ZodObject<typeof fields>>;

const hashes = /\{(canaryHash|stableHash)\}/;

function wellFormed(where: "verification" | "canary") {
  return (value: Read, context: z.RefinementCtx): void => {
    exactlyOne("query", "canary")(value, context);
    const refuse = (path: string, message: string, allowed: string) =>
      context.addIssue({ code: "custom", path: [path], message, params: { allowed } });
    const limits = [value.max, value.min].filter((one) => one !== undefined);
    if (limits.length === 0) refuse("max", "is missing, and so is min: nothing could ever fail", "max or min");
    if (value.baseline !== undefined && value.canary === undefined) {
      refuse(
        "baseline",
        "stands without canary, so there is nothing to compare with it",
        "canary together with baseline",
      );
    }
    const compared = limits.some(isRelative) || value.judge.kind === "mannWhitney";
    if (compared && value.window === undefined) {
      refuse("window", "is missing, so it is not said how much time is compared", "a duration such as 15m");
    }
    if (where === "canary" && compared && value.baseline === undefined) {
      refuse("baseline", "is missing, so there is nothing to compare with", "canary together with baseline");
    }
    if (value.judge.kind === "mannWhitney" && !limits.every(isRelative)) {
      refuse("judge", "compares with the baseline, and a limit is a number of its own", "limits such as +0.5% or 1.2x");
    }
    if ((value.minSamples ?? 1) > 1 && value.window === undefined) {
      refuse("minSamples", "stands without window, so it is not said since when they count", "minSamples with window");
    }
    for (const key of ["query", "canary", "baseline"] as const) {
      const text = value[key] ?? "";
      if (where === "verification" && hashes.test(text)) {
        refuse(
          key,
          "names the pods of a canary, and after a rollout there is none",
          "a query without {canaryHash} and {stableHash}",
        );
      }
      if (text.includes("{window}") && value.window === undefined) {
        refuse("window", `is missing, and ${key} needs it`, "a duration such as 15m");
      }
    }
  };
}

function unitOf({ unit, max, min }: Read): Unit {
  if (unit !== undefined) return unit;
  for (const one of [max, min]) if (one !== undefined && one.kind !== "factor") return one.unit;
  return "number";
}

function toPolicy(value: Read): MetricPolicy {
  const { max, min, baseline, judge } = value;
  const samples = value.minSamples ?? (judge.kind === "mannWhitney" ? 2 * mannWhitneySamplesMin : 1);
  return {
    name: value.name,
    connection: value.connection,
    // exactlyOne has passed by now, so one of them is there.
    query: (value.canary ?? value.query) as string,
    ...(baseline === undefined ? {} : { baseline }),
    ...(max === undefined ? {} : { max }),
    ...(min === undefined ? {} : { min }),
    ...(value.for === undefined ? {} : { forMs: value.for }),
    ...(value.window === undefined ? {} : { windowMs: value.window }),
    minSamples: judge.kind === "mannWhitney" ? Math.max(mannWhitneySamplesMin, samples) : samples,
    consecutive: value.consecutive,
    judge,
    ...(value.dryRun ? { dryRun: true as const } : {}),
    onInconclusive: value.onInconclusive,
    unit: unitOf(value),
  };
}

/** True where a judgement needs numbers of a baseline beside those that are judged. */
export function needsBaseline({ max, min, judge }: MetricPolicy): boolean {
  return judge.kind === "mannWhitney" || [max, min].some((one) => one !== undefined && isRelative(one));
}

/** One item of `verification.metrics`: judged after a rollout, compared with the time before it. */
export const verificationMetric = z
  .strictObject(fields)
  .superRefine(wellFormed("verification"))
  .transform(toPolicy)
  .meta({ description: "a number that must stay within its limits after a rollout" });

/** One item of a canary's `analysis.metrics`: judged while both versions serve; it may name {canaryHash} and {stableHash}. */
export const canaryMetric = z
  .strictObject(fields)
  .superRefine(wellFormed("canary"))
  .transform(toPolicy)
  .meta({ description: "a number of the canary that must stay within its limits, or near the stable version's" });
