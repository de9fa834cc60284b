import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { cursor, environmentName, instant, limit, pageOf, projectName, serviceName } from "@/lib/api/values";
import { units } from "@/lib/pipeline/policy/bound";

const signal = z
  .strictObject({
    name: z.string().meta({ description: "rate, errors, p50, p95, p99, saturation, or a name of the project's own" }),
    unit: z.enum(units).meta({ description: "a share is 0 to 1, a time in seconds" }),
    standing: z
      .enum(["good", "measured", "warn", "bad", "unknown"])
      .meta({ description: "by its limits; measured: it has none, so nobody says whether it is good" }),
    value: z.number().nullable().meta({ description: "null while it is unknown" }),
    at: instant.nullable().meta({ description: "when a number was read last" }),
    why: z.string().nullable().meta({ description: "why it is unknown" }),
    since: instant.nullable().meta({ description: "since when that is so" }),
    warn: z.number().nullable(),
    bad: z.number().nullable(),
    query: z.string().nullable().meta({ description: "as the project's file names it; null where it names none" }),
    connection: z.string().nullable(),
  })
  .meta({ id: "Signal" });

const budget = z
  .strictObject({
    slo: z.string(),
    targetPercent: z.number(),
    windowMs: z.number(),
    remaining: z.number().nullable().meta({ description: "1 is unspent, 0 spent, below overspent; null: unknown" }),
    burnRate: z
      .number()
      .nullable()
      .meta({ description: "over the last hour; 1 spends exactly all of it in its window" }),
    why: z.string().nullable(),
    at: instant.nullable(),
  })
  .meta({ id: "ErrorBudget", description: "as the gate errorBudget reads it" });

const place = {
  service: serviceName,
  environment: environmentName,
  signals: z.array(signal),
  restarts: z.int().nullable().meta({ description: "of the pods that are there; null where they cannot be seen" }),
  ready: z.int(),
  desired: z.int(),
  unseen: z.string().nullable().meta({ description: "why the pods cannot be seen" }),
  budgets: z.array(budget),
};

export const listSignalsOperation = operation({
  id: "listSignals",
  method: "get",
  path: "/signals",
  tag: "Projects",
  summary: "The health of services in numbers",
  description:
    "Services in the order of the project's file, each with the environments it has a target in: the newest number of each signal, or why there is none.",
  query: z.strictObject({
    project: projectName,
    service: serviceName.optional(),
    environment: environmentName.optional(),
    limit: limit(500, 200),
    cursor: cursor.optional(),
  }),
  answers: {
    200: {
      description: "a page of services in environments",
      schema: pageOf("SignalsPage", z.strictObject(place).meta({ id: "PlaceSignals" })),
    },
  },
  refusals: [],
});

export const readServiceSignalsOperation = operation({
  id: "readServiceSignals",
  method: "get",
  path: "/signals/{project}/{service}",
  tag: "Projects",
  summary: "The signals of one service with their last day",
  description: "One number a minute for the last hour, one every five minutes before that.",
  params: z.strictObject({ project: projectName, service: serviceName }),
  answers: {
    200: {
      description: "its environments in the order in which releases reach them",
      schema: z
        .strictObject({
          asOf: instant,
          project: projectName,
          service: serviceName,
          everyMs: z.int().nullable().meta({ description: "how often they are asked for; null: the file names none" }),
          places: z.array(
            z.strictObject({
              ...place,
              history: z.strictObject({
                at: z.array(instant),
                numbers: z
                  .record(z.string(), z.array(z.number().nullable()))
                  .meta({ description: "by signal; each was read at the moment in the same place of `at`" }),
              }),
            }),
          ),
        })
        .meta({ id: "ServiceSignals" }),
    },
  },
  refusals: [],
});
