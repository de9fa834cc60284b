import { z } from "zod";
import { type Bound, bound, boundWords, isRelative } from "@/lib/pipeline/policy/bound";
import { duration, formatDuration } from "@/lib/pipeline/policy/duration";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { type MetricPolicy, metricName, needsBaseline } from "@/lib/pipeline/policy/metric";
import { name } from "@/lib/pipeline/policy/name";
import { parsePercentage, percentage } from "@/lib/pipeline/policy/percentage";

/** What rolls back at once when it holds, for `forMs` where that is said. */
export type TriggerPolicy =
  /** A metric of the same list went over `above`, or its multiple of the baseline. */
  | { kind: "metric"; metric: string; above: Bound; forMs?: number }
  /** So many restarts of containers, of all its pods together. */
  | { kind: "restarts"; restarts: number; withinMs: number }
  /** More than this share (0 to 1) of its pods run and are not ready. */
  | { kind: "probeFailures"; share: number; forMs?: number }
  /** The fullest container uses more than this share (0 to 1) of its limit. */
  | { kind: "memory"; share: number; forMs?: number; connection?: string; query: string }
  /** The alert of this name fires for it. `labels` are what the alert must carry beside its name. */
  | { kind: "alert"; alert: string; labels: Record<string, string>; forMs?: number; connection?: string }
  /** Somebody outside says so, under this name: see fireTrigger. */
  | { kind: "webhook"; webhook: string };

/** cAdvisor's and kube-state-metrics' own names: the pod that uses most against the limit all of them share. */
const memoryQuery =
  'max(container_memory_working_set_bytes{namespace="{namespace}",pod=~"{workload}-.*",container="{container}"})' +
  ' / min(kube_pod_container_resource_limits{namespace="{namespace}",pod=~"{workload}-.*",container="{container}",resource="memory"})';

const held = duration.meta({ description: "how long it must hold: 2m …" }).optional();
const connection = name
  .meta({ description: "the name of a connection of kind prometheus; of an alert also of kind alertmanager" })
  .optional();
const share = percentage
  .refine((text) => parsePercentage(text) !== 0)
  .meta({ description: "a whole percentage from 1% to 100%" });

const kinds = ["metric", "restarts", "probeFailures", "memory", "alert", "webhook"] as const;

/** What stands beside each kind in the file; anything else is refused at its own path. */
const beside: Record<(typeof kinds)[number], readonly string[]> = {
  metric: ["above", "for"],
  restarts: ["within"],
  probeFailures: ["for"],
  memory: ["for", "connection", "query"],
  alert: ["for", "connection", "labels"],
  webhook: [],
};
const required: Partial<Record<(typeof kinds)[number], string>> = {
  metric: "above",
  restarts: "within",
};

/** One item of `rollBackWhen`. */
export const trigger = z
  .strictObject({
    metric: metricName.optional(),
    above: bound.optional(),
    restarts: z.int().min(1).max(1000).meta({ description: "a whole number from 1 to 1000" }).optional(),
    within: duration.meta({ description: "the time in which they count: 5m …" }).optional(),
    probeFailures: share.optional(),
    memory: share.optional(),
    query: z
      .string()
      .trim()
      .min(1)
      .max(4000)
      .meta({ description: "a query that gives a share of the limit" })
      .optional(),
    alert: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_ -]{0,199}$/)
      .meta({ description: "the name of an alert, such as HighErrorRate" })
      .optional(),
    labels: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(200))
      .meta({ description: "labels that the alert must carry; {service}, {environment} and {namespace} are filled in" })
      .optional(),
    webhook: name
      .meta({ description: "the name under which somebody outside says that it fired, such as circuit-breaker" })
      .optional(),
    connection,
    for: held,
  })
  .superRefine(exactlyOne(...kinds))
  .superRefine((value, context) => {
    const kind = kinds.find((one) => value[one] !== undefined);
    if (kind === undefined) return;
    const others = ["above", "within", "query", "labels", "connection", "for"] as const;
    const allowed = [kind, ...beside[kind]].join(", ");
    for (const key of others) {
      if (value[key] === undefined || beside[kind].includes(key)) continue;
      context.addIssue({ code: "custom", path: [key], message: `does not stand beside ${kind}`, params: { allowed } });
    }
    const needed = required[kind];
    if (needed !== undefined && value[needed as "above"] === undefined) {
      context.addIssue({ code: "custom", path: [needed], message: `is missing beside ${kind}`, params: { allowed } });
    }
  })
  .transform((value): TriggerPolicy => {
    const forMs = value.for === undefined ? {} : { forMs: value.for };
    // The refinements have passed by now: what a kind needs is there.
    if (value.metric !== undefined) {
      return { kind: "metric", metric: value.metric, above: value.above as Bound, ...forMs };
    }
    if (value.restarts !== undefined) {
      return { kind: "restarts", restarts: value.restarts, withinMs: value.within as number };
    }
    if (value.probeFailures !== undefined)
      return { kind: "probeFailures", share: shareOf(value.probeFailures), ...forMs };
    const from = value.connection === undefined ? {} : { connection: value.connection };
    if (value.memory !== undefined) {
      const query = value.query ?? memoryQuery;
      return { kind: "memory", share: shareOf(value.memory), ...forMs, ...from, query };
    }
    if (value.webhook !== undefined) return { kind: "webhook", webhook: value.webhook };
    return { kind: "alert", alert: value.alert as string, labels: value.labels ?? {}, ...forMs, ...from };
  })
  .meta({ description: "what rolls back at once when it holds", ...exactlyOneSchema(...kinds) });

function shareOf(text: string): number {
  return (parsePercentage(text) ?? 100) / 100;
}

/** What is wrong with a trigger although it is well-formed by itself; `index` is its place in the list. */
export interface TriggerProblem {
  index: number;
  key: "metric" | "above" | "connection";
  message: string;
  allowed: string;
}

/** Triggers that name a metric which is not there, one without the baseline that they multiply, or no source at all. */
export function triggerProblems(
  triggers: readonly TriggerPolicy[],
  metrics: readonly MetricPolicy[],
): TriggerProblem[] {
  return triggers.flatMap((one, index): TriggerProblem[] => {
    if (one.kind === "memory" || one.kind === "alert") {
      if (one.connection !== undefined || metrics.length > 0) return [];
      const also = one.kind === "alert" ? " or alertmanager" : "";
      const allowed = `the name of a connection of kind prometheus${also}`;
      return [{ index, key: "connection", message: "is missing, and no metric names one", allowed }];
    }
    if (one.kind !== "metric") return [];
    const named = metrics.find((metric) => metric.name === one.metric);
    if (!named) {
      const known = metrics.map(({ name }) => name).join(", ");
      const allowed = known === "" ? "a metric of metrics, of which there is none" : known;
      return [{ index, key: "metric", message: "is not the name of a metric of metrics", allowed }];
    }
    if (!isRelative(one.above) || named.baseline !== undefined || needsBaseline(named)) return [];
    const message = `needs a baseline, and ${named.name} has none`;
    return [{ index, key: "above", message, allowed: "a limit such as 5%, or a metric that is compared" }];
  });
}

/** The triggers with the source of their metrics where they name none of their own. */
export function withSources(triggers: readonly TriggerPolicy[], metrics: readonly MetricPolicy[]): TriggerPolicy[] {
  const [first] = metrics;
  return triggers.map((one) =>
    (one.kind === "memory" || one.kind === "alert") && one.connection === undefined && first
      ? { ...one, connection: first.connection }
      : one,
  );
}

/** A trigger in a few words: `error rate above 5 % for 2m`. */
export function triggerWords(trigger: TriggerPolicy): string {
  const held = "forMs" in trigger && trigger.forMs !== undefined ? ` for ${formatDuration(trigger.forMs)}` : "";
  const percent = (share: number) => `${Number((share * 100).toPrecision(6))} %`;
  switch (trigger.kind) {
    case "metric":
      return `${trigger.metric} above ${boundWords(trigger.above)}${held}`;
    case "restarts": {
      const { restarts, withinMs } = trigger;
      return `${restarts} restart${restarts === 1 ? "" : "s"} within ${formatDuration(withinMs)}`;
    }
    case "probeFailures":
      return `probes fail on more than ${percent(trigger.share)} of the pods${held}`;
    case "memory":
      return `memory above ${percent(trigger.share)} of its limit${held}`;
    case "alert":
      return `the alert ${trigger.alert} fires${held}`;
    case "webhook":
      return `${trigger.webhook} is reported from outside`;
    default:
      return trigger satisfies never;
  }
}
