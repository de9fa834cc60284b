import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { environmentName, instant, limit, projectName, promotionKey, releaseKey } from "@/lib/api/values";
import { backtestLimitMax, backtestPolicyInput } from "@/lib/commands/backtest-policy";

const count = z.int().min(0);
const counts = z
  .strictObject({
    total: count,
    blocked: count.meta({ description: "a gate would have said no, or would never have opened" }),
    waited: count.meta({ description: "a gate would have opened later, or asked somebody first" }),
    unknown: count.meta({ description: "the past does not tell; it counts as neither" }),
  })
  .meta({ id: "BacktestCounts", description: "the rest would have started as they did" });

const answer = z.enum(["passes", "fails", "waits", "unknown"]);
const gateCounts = z
  .strictObject({
    environment: environmentName,
    gate: z.string().meta({ description: "the kind of gate" }),
    demand: z.string(),
    shadow: z.boolean().meta({ description: "true: it only watches, and counts in none of the sums" }),
    answers: z.record(answer, count),
    recorded: count.meta({
      description: "answers that were recorded then; the others are judged now, on what stood then",
    }),
    inShadow: z
      .strictObject({ total: count, closed: count })
      .meta({ description: "what gates of its kind that ran in shadow said then, and how many of that was no pass" }),
  })
  .meta({ id: "BacktestGate" });

const oneCase = z
  .strictObject({
    promotion: promotionKey,
    number: z.int(),
    kind: z.enum(["promote", "rollback"]),
    environment: environmentName,
    release: releaseKey,
    version: z.string(),
    startedAt: instant,
    outcome: z
      .enum(["succeeded", "wentWrong", "other"])
      .meta({ description: "wentWrong: rolled back, then or later by a person, failed, or stuck" }),
    result: z.enum(["blocked", "waited", "unknown"]),
    gates: z.array(
      z.strictObject({
        ...{ gate: z.string(), demand: z.string(), summary: z.string(), answer, shadow: z.boolean() },
        source: z.enum(["recorded", "rebuilt"]),
        opensAt: instant.nullable(),
      }),
    ),
  })
  .meta({ id: "BacktestCase" });

const backtest = z
  .strictObject({
    ...{ project: projectName, environments: z.array(environmentName), since: instant },
    limit: z.int(),
    more: z.boolean().meta({ description: "true: there are older ones, which were not replayed" }),
    scope: z
      .enum(["changed", "every"])
      .meta({ description: "changed: the gates that are not in force now; every: the file changes none" }),
    removed: z
      .array(z.strictObject({ environment: environmentName, gate: z.string() }))
      .meta({ description: "gates that it takes away; what they kept from starting is not counted" }),
    ...{ promotions: counts, succeeded: counts, wentWrong: counts, rollbacks: counts },
    gates: z.array(gateCounts),
    cases: z.array(oneCase).meta({ description: "those that would not have started as they did, newest first" }),
    words: z.array(z.string()).meta({ description: "the same in sentences" }),
  })
  .meta({ id: "Backtest" });

export const backtestOperation = operation({
  id: "backtestPolicy",
  method: "post",
  path: "/backtests",
  tag: "Documents",
  summary: "Replay a project file's gates over past promotions",
  description:
    "What the gates that the file changes would have done to the promotions that started, each judged on the facts of the " +
    "moment at which it did. What the past does not tell counts as neither a pass nor a no. Nothing is applied. A file " +
    "with errors is a 422 whose issues name path, line and column.",
  query: z.strictObject({
    project: projectName.optional().meta({ description: "needed where the file holds several projects" }),
    environment: environmentName.optional().meta({ description: "only this environment" }),
    since: backtestPolicyInput.shape.since
      .unwrap()
      .optional()
      .meta({ description: "how far back: 90d unless told; promotions that were asked for since then" }),
    limit: limit(backtestLimitMax, 500),
  }),
  body: backtestPolicyInput.pick({ text: true }).meta({
    id: "BacktestText",
    description: "the text of a project file; as application/yaml the body is the text itself",
  }),
  bodyTypes: ["application/yaml", "application/json"],
  // As for applying a file.
  bodyBytesMax: 6_100_000,
  answers: { 200: { description: "what it would have done", schema: backtest } },
  refusals: [],
});
