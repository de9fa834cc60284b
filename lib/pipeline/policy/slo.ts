import { z } from "zod";
import { duration, formatDuration } from "@/lib/pipeline/policy/duration";
import { name } from "@/lib/pipeline/policy/name";

/** What a query may be filled in with; each is a name, so that none of them can end a string in it. */
export interface QueryFacts {
  project: string;
  service: string;
  environment: string;
  namespace: string;
  /** A span as the query language writes it: `30d`. */
  window?: string;
  workload?: string;
  container?: string;
  /** What tells the pods of a canary and of the stable version apart: `pod-template-hash`, as the cluster says it. */
  canaryHash?: string;
  stableHash?: string;
}

const places = /\{(project|service|environment|namespace|window|workload|container|canaryHash|stableHash)\}/g;

/**
 * The query with `{service}`, `{environment}` … filled in; any other brace is the query language's own, and so is a place
 * for which there is no fact. What comes from a cluster cannot end a string: such signs become `_`, which matches nothing.
 */
export function fillQuery(template: string, facts: QueryFacts): string {
  return template.replace(places, (whole, key: keyof QueryFacts) => {
    const fact = facts[key];
    if (fact === undefined) return whole;
    return key === "canaryHash" || key === "stableHash" ? fact.replace(/[^A-Za-z0-9_.-]/g, "_") : fact;
  });
}

/** The places of a query for which there is no fact: filled in without it, it would ask about something else, or nothing. */
export function unknownPlaces(template: string, facts: QueryFacts): string[] {
  const named = [...template.matchAll(places)].map(([, key]) => key as keyof QueryFacts);
  return [...new Set(named)].filter((key) => facts[key] === undefined);
}

/** A service level objective: of all events in the window, so many percent must be good. */
export interface Slo {
  name: string;
  /** Above 0, below 100. */
  targetPercent: number;
  windowMs: number;
  connection: string;
  /** Queries that count events within `{window}`. */
  good: string;
  total: string;
}

const target = z
  .string()
  .regex(/^[0-9]{1,2}(\.[0-9]{1,4})?%$/)
  .refine((text) => Number.parseFloat(text) > 0)
  .transform((text) => Number.parseFloat(text))
  .meta({ description: "a percentage above 0% and below 100%, such as 99.9%" });

const query = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .refine((text) => text.includes("{window}"), { message: "counts no events within {window}" })
  .meta({
    description:
      "a query that counts events within {window}; {project}, {service}, {environment} and {namespace} are filled in too",
  });

/** One item of `spec.slos`. */
export const slo = z
  .strictObject({
    name,
    target,
    window: duration.prefault("30d"),
    connection: name.meta({ description: "the name of a connection of kind prometheus" }),
    good: query,
    total: query,
  })
  .transform(
    ({ target: targetPercent, window: windowMs, ...rest }): Slo => ({
      name: rest.name,
      targetPercent,
      windowMs,
      connection: rest.connection,
      good: rest.good,
      total: rest.total,
    }),
  )
  .meta({ description: "a service level objective, counted for each service in each environment" });

/** `99.9 % over 30d`. */
export function sloWords({ targetPercent, windowMs }: Slo): string {
  return `${targetPercent} % over ${formatDuration(windowMs)}`;
}
