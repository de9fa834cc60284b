import { z } from "zod";
import { plan, verdict } from "@/lib/api/plan-schema";
import {
  actor,
  digest,
  environmentName,
  instant,
  planHashValue,
  projectName,
  promotionKey,
  releaseKey,
  serviceName,
} from "@/lib/api/values";

export const phases = [
  "waiting",
  "queued",
  "rollingOut",
  "verifying",
  "rollingBack",
  "stuck",
  "succeeded",
  "rejected",
  "expired",
  "superseded",
  "aborted",
  "rolledBack",
  "failed",
] as const;

export const phase = z.enum(phases).meta({ id: "Phase", description: "where a promotion stands" });

const summaryFields = {
  id: promotionKey,
  number: z.int(),
  project: projectName,
  environment: environmentName,
  kind: z.enum(["promote", "rollback"]),
  release: releaseKey,
  version: z.string(),
  services: z.array(serviceName),
  phase,
  ended: z.boolean().meta({ description: "true where the phase is never left" }),
  planHash: planHashValue,
  requestedBy: actor,
  requestedAt: instant,
  endedAt: instant.nullable(),
  causedBy: promotionKey.nullable().meta({ description: "what a rollback undoes" }),
};

export const promotionSummary = z.strictObject(summaryFields).meta({ id: "PromotionSummary" });

const step = z
  .strictObject({
    id: z.string(),
    kind: z.string().meta({
      description:
        "what it does: prepare, available, smoke, switch; startCanary, weight, analyse, promoteStable, trafficHome, removeCanary; setDigest, follow",
    }),
    status: z
      .enum(["pending", "requested", "accepted", "done", "failed", "skipped"])
      .meta({ description: "requested, accepted by the target, done once it was seen so" }),
    requestedAt: instant.nullable(),
    since: instant.nullable().meta({ description: "since when it stands as it does" }),
    deadlineAt: instant.nullable(),
    words: z.string().meta({ description: "what was found last" }),
  })
  .meta({ id: "RolloutStep" });

const rollout = z
  .strictObject({
    service: serviceName,
    phase: z.enum([
      "pending",
      "requested",
      "stepping",
      "accepted",
      "observed",
      "failed",
      "revertRequested",
      "revertAccepted",
      "reverted",
    ]),
    runs: digest.nullable().meta({ description: "the digest that was seen running, once it was" }),
    ready: z.int().nullable(),
    desired: z.int().nullable(),
    reason: z.string().nullable().meta({ description: "why it failed, in the target's own words" }),
    steps: z.array(step).meta({ description: "in their order; none where the strategy is one order" }),
    weight: z.int().nullable().meta({ description: "percent of the requests that a canary was seen with" }),
    paused: z
      .strictObject({ by: actor, at: instant, why: z.string() })
      .nullable()
      .meta({ description: "who holds a canary where it is" }),
  })
  .meta({ id: "Rollout", description: "one service's part: requested, accepted, observed" });

const check = z
  .strictObject({
    id: z.string(),
    kind: z.enum(["digest", "health", "smoke", "job", "metric", "trigger"]),
    service: serviceName,
    title: z.string(),
    status: z.enum(["waiting", "holding", "good", "passed", "failed", "unknown"]),
    since: z.string(),
    failures: z.int(),
    found: z.string(),
    outcome: z
      .enum(["pass", "fail", "inconclusive", "error"])
      .optional()
      .meta({ description: "of a metric: what its last judgement said" }),
    heldSince: z.string().optional().meta({ description: "of a trigger that holds: since when" }),
    dryRun: z.literal(true).optional().meta({ description: "measured and shown; decides nothing" }),
    job: z
      .strictObject({
        askedAt: instant.meta({ description: "when it was to be started; its time runs from here" }),
        isOver: z.literal(true).optional().meta({ description: "nothing more will come of it" }),
        log: z.string().optional().meta({ description: "the SHA-256 of its log: see /promotions/{id}/job-logs" }),
      })
      .optional()
      .meta({ description: "of a job: how far it is" }),
  })
  .meta({ id: "Check" });

const cause = z
  .strictObject({
    kind: z.enum(["failed", "errored", "aborted"]),
    service: z.string().nullable(),
    reason: z.string(),
    evidence: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    by: actor.nullable(),
    at: z.string(),
    kept: z
      .string()
      .optional()
      .meta({ description: "the SHA-256 of what failing pods left behind: see /promotions/{id}/evidence" }),
  })
  .meta({ id: "Cause", description: "why it went back; failed: something said no; errored: it could not be told" });

const override = z
  .strictObject({
    id: z.int().meta({ description: "its number within the promotion" }),
    gate: z.int().meta({ description: "the gate's place in the plan, from 0" }),
    gateKind: z.string(),
    planHash: planHashValue,
    by: actor,
    person: z.string(),
    reason: z.string(),
    incident: z.string(),
    at: instant,
    needsSecond: z.boolean().meta({ description: "it counts only once a second person confirmed it" }),
    confirmed: z.strictObject({ by: actor, person: z.string(), at: instant }).nullable(),
    review: z.strictObject({ by: actor, person: z.string(), words: z.string(), at: instant }).nullable(),
  })
  .meta({ id: "Override", description: "a gate that somebody let pass, for one plan" });

const tick = z
  .strictObject({
    gate: z.int().meta({ description: "the checklist's place in the plan, from 0" }),
    item: z.int().meta({ description: "the item's place in the checklist, from 0" }),
    text: z.string(),
    planHash: planHashValue,
    by: actor,
    person: z.string(),
    at: instant,
  })
  .meta({ id: "Tick", description: "an item of a checklist that a person ticked, for one plan" });

export const promotion = z
  .strictObject({
    ...summaryFields,
    since: instant.meta({ description: "when it came to this phase" }),
    reason: z.string().nullable(),
    expiresAt: instant.meta({ description: "when it expires if it still waits then" }),
    plan,
    verdicts: z.array(verdict),
    approvals: z.array(
      z.strictObject({
        by: actor,
        person: z.string(),
        planHash: planHashValue,
        reason: z.string().nullable(),
        at: instant,
        authenticatedAt: instant.optional().meta({ description: "when they had signed in, where that is known" }),
        via: z
          .enum(["page", "api", "chat"])
          .optional()
          .meta({ description: "where it was given, where that is known" }),
      }),
    ),
    ticks: z.array(tick),
    overrides: z.array(override),
    rollouts: z.array(rollout),
    checks: z.array(check),
    watchUntil: z.string().nullable(),
    cause: cause.nullable(),
    why: z.string().nullable().meta({ description: "what was said when it was rejected, aborted or got stuck" }),
    endedBy: actor.nullable(),
    nextStep: z.string().nullable().meta({ description: "what to do after it went back" }),
    supersededBy: promotionKey.nullable(),
  })
  .meta({ id: "Promotion" });
