import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { actor, digest, environmentName, instant, projectName, serviceName } from "@/lib/api/values";
import { verifyAgainInput } from "@/lib/commands/verify-again";

const reverification = z
  .strictObject({
    id: z.string(),
    project: projectName,
    environment: environmentName,
    service: serviceName,
    digest,
    status: z.enum(["due", "passed", "failed", "errored"]),
    said: z.string().nullable().meta({ description: "what was wrong, or could not be told" }),
    checks: z.array(z.strictObject({ title: z.string(), status: z.string(), found: z.string() })),
    requestedBy: actor,
    requestedAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: "Reverification", description: "an environment's checks, once more, of what runs there" });

export const verifyAgainOperation = operation({
  id: "verifyAgain",
  method: "post",
  path: "/reverifications",
  tag: "Environments",
  summary: "Verify again what runs",
  description:
    "Makes the environment's checks of a service once more: the digest that runs, health endpoints, smoke tests and their " +
    "jobs, metrics and triggers; what compares with the time before a rollout says so and decides nothing. What " +
    "fails blocks the digest there, and its success there counts no more for the environments after it. No answer changes nothing.",
  body: verifyAgainInput.meta({ id: "VerifyAgain" }),
  answers: { 201: { description: "asked for", schema: z.strictObject({ id: z.string(), digest }) } },
  refusals: ["noTarget", "busy", "nothingRuns", "drifted", "underWay"],
});

export const listReverificationsOperation = operation({
  id: "listReverifications",
  method: "get",
  path: "/reverifications",
  tag: "Environments",
  summary: "List what was verified again",
  description: "Newest first, a hundred at most.",
  query: z.strictObject({
    project: projectName.optional(),
    environment: environmentName.optional(),
    service: serviceName.optional(),
  }),
  answers: { 200: { description: "what was verified", schema: z.strictObject({ items: z.array(reverification) }) } },
  refusals: [],
});
