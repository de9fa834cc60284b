import { z } from "zod";
import { duration } from "@/lib/pipeline/policy/duration";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { canaryMetric, type MetricPolicy } from "@/lib/pipeline/policy/metric";
import { workloadName } from "@/lib/pipeline/policy/name";
import { parsePercentage, percentage } from "@/lib/pipeline/policy/percentage";
import { type TriggerPolicy, trigger, triggerProblems, withSources } from "@/lib/pipeline/policy/trigger";

/**
 * What shares the requests between the stable workload and its canary. Services that are not named are the target's own
 * one and that with `-canary` behind its name. `replicas`: there is no router, every pod gets the same share.
 */
export type CanaryRoutePolicy =
  | { kind: "httpRoute" | "virtualService"; name: string; stableService?: string; canaryService?: string }
  | { kind: "replicas" };

/** So much of the requests, in percent, for so long. */
export interface CanaryWeight {
  weight: number;
  forMs: number;
}

/**
 * A few pods of the new version take a growing share of the requests beside the old ones, are compared with them, and
 * the stable workload follows only when every share has passed.
 */
export interface CanaryStrategy {
  kind: "canary";
  route: CanaryRoutePolicy;
  /** Ascending. */
  steps: CanaryWeight[];
  analysis: {
    everyMs: number;
    metrics: MetricPolicy[];
    /** How long a share may go on without an explicit pass after its time, before it counts as not known. */
    deadlineMs: number;
  };
  rollBackWhen: TriggerPolicy[];
  /** Until when pods must be available, each time there are new ones. */
  deadlineMs: number;
}

/** How long an analysis without an answer may go on where the file does not say. */
const analysisDeadlineMsDefault = 1_800_000;

const service = workloadName.meta({ description: "the name of a Service of the target's namespace" }).optional();

const route = z
  .strictObject({
    httpRoute: workloadName.meta({ description: "an HTTPRoute (gateway.networking.k8s.io/v1)" }).optional(),
    virtualService: workloadName.meta({ description: "a VirtualService (networking.istio.io/v1)" }).optional(),
    replicas: z.literal(true).meta({ description: "true: no router, the share is that of the pods" }).optional(),
    stableService: service,
    canaryService: service,
  })
  .superRefine(exactlyOne("httpRoute", "virtualService", "replicas"))
  .superRefine((value, context) => {
    if (value.replicas === undefined) return;
    for (const key of ["stableService", "canaryService"] as const) {
      if (value[key] === undefined) continue;
      const message = "does not stand beside replicas: one Service selects the pods of both";
      context.addIssue({ code: "custom", path: [key], message, params: { allowed: "replicas alone" } });
    }
  })
  .transform(({ httpRoute, virtualService, replicas, ...services }): CanaryRoutePolicy => {
    if (replicas) return { kind: "replicas" };
    // exactlyOne has passed by now, so the other one is there.
    return httpRoute !== undefined
      ? { kind: "httpRoute", name: httpRoute, ...services }
      : { kind: "virtualService", name: virtualService as string, ...services };
  })
  .meta({
    description: "what shares the requests between the two versions",
    ...exactlyOneSchema("httpRoute", "virtualService", "replicas"),
  });

const step = z
  .strictObject({
    weight: percentage
      .refine((text) => parsePercentage(text) !== 0)
      .transform((text) => parsePercentage(text) as number)
      .meta({ description: "a whole percentage from 1% to 100%" }),
    for: duration.meta({ description: "how long at least: 10m, 1h …" }),
  })
  .transform(({ weight, for: forMs }): CanaryWeight => ({ weight, forMs }))
  .meta({ description: "a share of the requests, and how long it is watched" });

const analysis = z
  .strictObject({
    every: duration.meta({ description: "how often the metrics and what rolls back at once are looked at: 30s …" }),
    metrics: z.array(canaryMetric).min(1).max(50),
    deadline: duration
      .meta({ description: "how long it may go on without an explicit pass; 30m where it is not said" })
      .optional(),
  })
  .meta({ description: "what is compared at every share of the requests" });

const fields = {
  route,
  steps: z.array(step).min(1).max(50),
  analysis,
  rollBackWhen: z.array(trigger).min(1).max(50).meta({ description: "what goes back at once, at least one" }),
  deadline: duration.optional(),
};
type Read = z.output<z.ZodObject<typeof fields>>;
type Refuse = (path: (string | number)[], message: string, allowed: string) => void;

function checkSteps({ steps, route, analysis }: Read, refuse: Refuse): void {
  for (const [index, { weight, forMs }] of steps.entries()) {
    const before = steps[index - 1]?.weight ?? 0;
    if (weight <= before) {
      const allowed = `above ${before}%, 100% at most`;
      refuse(["steps", index, "weight"], "is not above the step before it", allowed);
    }
    if (weight === 100 && route?.kind === "replicas") {
      const message = "is not possible without a router: the stable pods keep their share";
      refuse(["steps", index, "weight"], message, "99% at most");
    }
    if (analysis !== undefined && forMs < analysis.every) {
      refuse(
        ["steps", index, "for"],
        "is shorter than analysis.every",
        "a duration in which it is analysed at least once",
      );
    }
  }
}

function checkAnalysis({ analysis, rollBackWhen }: Read, refuse: Refuse): void {
  const { metrics } = analysis;
  for (const [index, { name }] of metrics.entries()) {
    if (metrics.findIndex((one) => one.name === name) === index) continue;
    refuse(["analysis", "metrics", index, "name"], "is the name of another metric already", "a name of its own");
  }
  if (metrics.every((one) => one.dryRun)) {
    const message = "are all dry runs, so that nothing could ever pass";
    refuse(["analysis", "metrics"], message, "at least one without dryRun");
  }
  for (const { index, key, message, allowed } of triggerProblems(rollBackWhen, metrics)) {
    refuse(["rollBackWhen", index, key], message, allowed);
  }
}

/** `strategy.canary` of the project file. One without analysis or without rollBackWhen is refused: nobody would watch it. */
export const canary = z
  .strictObject(fields)
  .superRefine((value, context) => {
    const refuse: Refuse = (path, message, allowed) =>
      context.addIssue({ code: "custom", path, message, params: { allowed } });
    checkSteps(value, refuse);
    checkAnalysis(value, refuse);
  })
  .meta({ description: "a growing share of the requests, compared with the version that runs" });

/** `rolloutDeadlineMs` is what holds where the file names no deadline. */
export function toCanaryStrategy(value: z.output<typeof canary>, rolloutDeadlineMs: number): CanaryStrategy {
  const { every, metrics, deadline } = value.analysis;
  return {
    kind: "canary",
    route: value.route,
    steps: value.steps,
    analysis: { everyMs: every, metrics, deadlineMs: deadline ?? analysisDeadlineMsDefault },
    rollBackWhen: withSources(value.rollBackWhen, metrics),
    deadlineMs: value.deadline ?? rolloutDeadlineMs,
  };
}
