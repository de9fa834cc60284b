import { z } from "zod";
import { type Bound, bound, type Unit, units } from "@/lib/pipeline/policy/bound";
import { duration } from "@/lib/pipeline/policy/duration";
import { metricName } from "@/lib/pipeline/policy/metric";
import { name } from "@/lib/pipeline/policy/name";

/** The signals that every service is thought to have, in the order in which they are shown. */
export const signalNames = ["rate", "errors", "p50", "p95", "p99", "saturation"] as const;

/** One number about the health of a service, as it is asked for. */
export interface SignalQuery {
  /** One of signalNames, or a name of the project's own. */
  name: string;
  query: string;
  unit: Unit;
  /** Above these it needs a look, and is bad. In the unit's own measure: shares 0 to 1, seconds, bytes. */
  warn?: number;
  bad?: number;
}

/** What is asked about the health of a project's services. */
export interface SignalsPolicy {
  connection: string;
  everyMs: number;
  /** The label by whose value the series of one query for all services are told apart. */
  label: string;
  queries: SignalQuery[];
}

/** What one service asks otherwise, or besides; the rest is as the project has it. */
export interface ServiceSignals {
  connection?: string;
  queries: SignalQuery[];
}

const unfilled = /\{(window|canaryHash|stableHash)\}/;

const text = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .refine((query) => !unfilled.test(query), {
    message: "names {window}, {canaryHash} or {stableHash}, which no signal has",
  })
  .meta({
    description:
      "a query that gives one number a service; {project}, {service}, {environment}, {namespace}, {workload} and {container} are filled in",
  });

interface Limits {
  warn?: Bound | undefined;
  bad?: Bound | undefined;
}

const examples: Record<Unit, string> = { share: "5%", seconds: "500ms", bytes: "200MB", number: "20" };

/** The limits are values in the unit of what they limit, and warn comes before bad. */
function limitsFit(unit: (given: { unit?: Unit | undefined }) => Unit) {
  return (given: Limits & { unit?: Unit | undefined }, context: z.RefinementCtx): void => {
    const wanted = unit(given);
    const allowed = `a value such as ${examples[wanted]}`;
    const refuse = (key: string, message: string, what = allowed) =>
      context.addIssue({ code: "custom", path: [key], message, params: { allowed: what } });
    for (const key of ["warn", "bad"] as const) {
      const limit = given[key];
      if (limit === undefined) continue;
      if (limit.kind !== "value") refuse(key, "compares with a baseline, and a signal has none");
      else if (limit.unit !== wanted) refuse(key, `is not in the unit of this signal (${wanted})`);
    }
    const [warn, bad] = [valueIn(given.warn), valueIn(given.bad)];
    if (warn !== undefined && bad !== undefined && warn >= bad) {
      refuse("warn", "is not below bad, so it would never be seen", "a value below bad");
    }
  };
}

const valueIn = (limit: Bound | undefined) => (limit?.kind === "value" ? limit.value : undefined);

interface Written extends Limits {
  query: string;
  unit?: Unit | undefined;
}

const limit = bound.meta({
  description: "a value above which it needs a look (warn) or is bad: 5%, 500ms, 200MB or 20",
});
const limits = { warn: limit.optional(), bad: limit.optional() };

function queryOf(name: string, written: string | Written, unit: Unit): SignalQuery {
  if (typeof written === "string") return { name, query: written, unit };
  const [warn, bad] = [valueIn(written.warn), valueIn(written.bad)];
  return {
    ...{ name, query: written.query, unit: written.unit ?? unit },
    ...(warn === undefined ? {} : { warn }),
    ...(bad === undefined ? {} : { bad }),
  };
}

function signal(unit: Unit) {
  return z
    .union([text, z.strictObject({ query: text, ...limits }).superRefine(limitsFit(() => unit))])
    .meta({ description: `a query, or { query, warn, bad } with limits such as ${examples[unit]}` });
}

const unitChoice = z
  .enum(units)
  .meta({ description: `one of ${units.join(", ")}` })
  .optional();

const saturation = z
  .union([
    text,
    z.strictObject({ query: text, unit: unitChoice, ...limits }).superRefine(limitsFit(({ unit }) => unit ?? "share")),
  ])
  .meta({
    description: "a query, or { query, unit, warn, bad }; a share of what there is (0 to 1) unless unit says otherwise",
  });

const own = z
  .strictObject({ name: metricName, query: text, unit: unitChoice, ...limits })
  .superRefine(limitsFit(({ unit }) => unit ?? "number"))
  .refine((given) => !reserved.has(given.name), {
    path: ["name"],
    message: "is the name of a signal that every service has",
    params: { allowed: "a name of its own" },
  });

const reserved = new Set<string>([...signalNames, "restarts", "ready", "error budget"]);

const queries = {
  rate: signal("number").optional(),
  errors: signal("share").optional(),
  duration: z
    .strictObject({
      p50: signal("seconds").optional(),
      p95: signal("seconds").optional(),
      p99: signal("seconds").optional(),
    })
    .meta({ description: "p50, p95, p99: queries that give seconds" })
    .optional(),
  saturation: saturation.optional(),
  more: z
    .array(own)
    .max(10)
    .meta({ description: "signals of your own, 10 at most: { name, query, unit, warn, bad }" })
    .optional(),
};

type Given = z.output<z.ZodObject<typeof queries>>;

function queriesOf({ rate, errors, duration: times, saturation: full, more }: Given): SignalQuery[] {
  const one = (signalName: string, written: string | Written | undefined, unit: Unit) =>
    written === undefined ? [] : [queryOf(signalName, written, unit)];
  return [
    ...one("rate", rate, "number"),
    ...one("errors", errors, "share"),
    ...one("p50", times?.p50, "seconds"),
    ...one("p95", times?.p95, "seconds"),
    ...one("p99", times?.p99, "seconds"),
    ...one("saturation", full, "share"),
    ...(more ?? []).flatMap((written) => one(written.name, written, "number")),
  ];
}

const connection = name.meta({ description: "the name of a connection of kind prometheus" });
const everyMsMin = 10_000;
const everyMsMax = 3_600_000;

/** `spec.signals`. */
export const signals = z
  .strictObject({
    connection,
    every: duration
      .refine((ms) => ms >= everyMsMin && ms <= everyMsMax, { message: "is out of bounds" })
      .prefault("1m")
      .meta({ description: "how often it is asked: 10s to 1h" }),
    label: z
      .string()
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/)
      .default("service")
      .meta({
        description: "the label whose value is the service's name, in queries that answer for all services at once",
      }),
    ...queries,
  })
  .transform(
    ({ connection: source, every, label, ...rest }): SignalsPolicy => ({
      ...{ connection: source, everyMs: every, label, queries: queriesOf(rest) },
    }),
  )
  .meta({ description: "what is asked about the health of every service in every environment" });

/** `signals` of a service. */
export const serviceSignals = z
  .strictObject({ connection: connection.optional(), ...queries })
  .transform(
    ({ connection: source, ...rest }): ServiceSignals => ({
      ...(source === undefined ? {} : { connection: source }),
      queries: queriesOf(rest),
    }),
  )
  .meta({ description: "what this service asks otherwise, or besides" });

/** Where a signal stands in the file, below `signals`. */
export function signalPath(queries: readonly SignalQuery[], signalName: string): (string | number)[] {
  if (/^p\d\d$/.test(signalName)) return ["duration", signalName];
  if ((signalNames as readonly string[]).includes(signalName)) return [signalName];
  const own = queries.filter((one) => !(signalNames as readonly string[]).includes(one.name));
  return ["more", own.findIndex((one) => one.name === signalName)];
}
