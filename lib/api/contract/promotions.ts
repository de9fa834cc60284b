import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { preview } from "@/lib/api/plan-schema";
import { phase, phases, promotion, promotionSummary } from "@/lib/api/promotion-schema";
import {
  cursor,
  environmentName,
  flag,
  limit,
  pageOf,
  planHashValue,
  projectName,
  promotionKey,
  releaseKey,
  serviceName,
} from "@/lib/api/values";
import { abortInput } from "@/lib/commands/abort";
import { requestPromotionInput } from "@/lib/commands/request-promotion";
import { requestPromotionsInput } from "@/lib/commands/request-promotions";
import { retryPromotionInput } from "@/lib/commands/retry-promotion";
import { rollBackInput } from "@/lib/commands/roll-back";
import { why } from "@/lib/commands/tell-promotion";
import { notBefore } from "@/lib/pipeline/plan/not-before";
import { severity } from "@/lib/pipeline/policy/severity-schema";

const keyForm = "a text of 8 to 200 characters that is the same when the request is repeated";
const keyOfThatLength = ({ input }: { input?: unknown }) =>
  `is ${typeof input === "string" ? input.length : 0} characters long; allowed: ${keyForm}`;
const idempotencyKey = z.strictObject({
  "Idempotency-Key": z
    .string({ error: `is missing: ${keyForm}` })
    .min(8, { error: keyOfThatLength })
    .max(200, { error: keyOfThatLength })
    .meta({ description: "the same key with the same request answers the same promotion, however often it is sent" }),
});
const params = z.strictObject({ id: promotionKey });
const created = { Location: "the promotion" };
const noPlan = [
  "unknownEnvironment",
  "unknownService",
  "noTarget",
  "noRegistry",
  "noColours",
  "nothingToMove",
] as const;

export const planOperation = operation({
  id: "previewPlan",
  method: "post",
  path: "/plans",
  tag: "Promotions",
  summary: "Preview a promotion or a rollback",
  description:
    "Exactly what would happen, its hash and every gate's verdict: the evaluation that the request itself meets. Give " +
    "`release` for a promotion, `services` for a rollback. Changes nothing.",
  body: z
    .strictObject({
      project: projectName,
      environment: environmentName,
      release: releaseKey.optional(),
      services: z.array(serviceName).min(1).max(100).optional(),
      severity: severity.optional(),
      notBefore: notBefore.optional(),
    })
    .refine((value) => (value.release === undefined) !== (value.services === undefined), {
      error: "either release (a promotion) or services (a rollback) is expected",
    })
    .meta({ id: "PlanRequest" }),
  answers: { 200: { description: "the plan, its hash, the verdicts", schema: preview } },
  refusals: [...noPlan, "nothingToGoBackTo"],
});

export const promoteOperation = operation({
  id: "requestPromotion",
  method: "post",
  path: "/promotions",
  tag: "Promotions",
  summary: "Bring a release to an environment",
  description:
    "Starts at once where every gate is open and the environment is free, else it waits. With `planHash` it is refused " +
    "where the plan is another one by now. What fails later shows as the promotion's phase, not here.",
  headers: idempotencyKey,
  body: requestPromotionInput.omit({ idempotencyKey: true }).meta({ id: "PromotionRequest" }),
  answers: {
    201: { description: "requested", schema: promotion, headers: created },
    200: { description: "requested before, or on its way there already", schema: promotion },
  },
  refusals: [...noPlan, "planChanged", "gateClosed", "noCanary", "busy"],
  mayConflict: true,
});

export const promoteTogetherOperation = operation({
  id: "requestPromotions",
  method: "post",
  path: "/promotion-sets",
  tag: "Promotions",
  summary: "Bring several releases to an environment at once",
  description:
    "One promotion each, in the order in which the project's file names their services, so that each has its own gates and " +
    "its own way back. All of them are asked for, or none: the refusal names the release.",
  headers: idempotencyKey,
  body: requestPromotionsInput.omit({ idempotencyKey: true }).meta({ id: "PromotionSetRequest" }),
  answers: {
    201: { description: "requested", schema: z.strictObject({ items: z.array(promotion) }) },
    200: {
      description: "requested before, or on their way there already",
      schema: z.strictObject({ items: z.array(promotion) }),
    },
  },
  refusals: [...noPlan, "planChanged", "gateClosed", "noCanary", "busy", "invalidArtifacts"],
  mayConflict: true,
});

export const retryOperation = operation({
  id: "retryPromotion",
  method: "post",
  path: "/promotions/{id}/retry",
  tag: "Promotions",
  summary: "Ask for the same plan again",
  description:
    "Of a promotion that failed, went back, expired or was stopped: a new promotion of exactly its plan, through the gates " +
    "as they stand now, with signatures of its own. Refused, with what differs, where the plan would be another one by now.",
  headers: idempotencyKey,
  params,
  body: retryPromotionInput.omit({ idempotencyKey: true, promotion: true }).meta({ id: "Retry" }),
  answers: {
    201: { description: "requested", schema: promotion, headers: created },
    200: { description: "requested before, or on its way there already", schema: promotion },
  },
  refusals: [...noPlan, "planChanged", "gateClosed", "noCanary", "notRetryable"],
  mayConflict: true,
});

export const rollBackOperation = operation({
  id: "rollBack",
  method: "post",
  path: "/rollbacks",
  tag: "Promotions",
  summary: "Roll services back",
  description:
    "To the digest that was verified there before the one they should run now. It is a promotion of kind rollback, " +
    "which needs no approval.",
  headers: idempotencyKey,
  body: rollBackInput.omit({ idempotencyKey: true }).meta({ id: "RollbackRequest" }),
  answers: {
    201: { description: "requested", schema: promotion, headers: created },
    200: { description: "requested before with this key", schema: promotion },
  },
  refusals: [...noPlan, "planChanged", "gateClosed", "noCanary", "busy", "nothingToGoBackTo"],
  mayConflict: true,
});

export const listPromotionsOperation = operation({
  id: "listPromotions",
  method: "get",
  path: "/promotions",
  tag: "Promotions",
  summary: "List promotions",
  description: "Newest request first.",
  query: z.strictObject({
    project: projectName.optional(),
    environment: environmentName.optional(),
    service: serviceName.optional(),
    release: releaseKey.optional(),
    phase: z
      .string()
      .max(300)
      .transform((text) => text.split(","))
      .pipe(z.array(phase).min(1))
      .optional()
      .meta({
        description: `one or more of ${phases.join(", ")}, with commas between them`,
        override: { type: "string" },
      }),
    open: flag.optional().meta({ description: "true: those that have not ended; false: those that have" }),
    limit: limit(100, 50),
    cursor: cursor.optional(),
  }),
  answers: { 200: { description: "a page of promotions", schema: pageOf("PromotionPage", promotionSummary) } },
  refusals: [],
});

export const readPromotionOperation = operation({
  id: "readPromotion",
  method: "get",
  path: "/promotions/{id}",
  tag: "Promotions",
  summary: "Read one promotion",
  description: "Its plan, verdicts, approvals, rollouts, checks, and why it ended as it did.",
  params,
  answers: { 200: { description: "the promotion", schema: promotion } },
  refusals: [],
});

export const signOperation = operation({
  id: "signPromotion",
  method: "post",
  path: "/promotions/{id}/approvals",
  tag: "Promotions",
  summary: "Approve or reject",
  description:
    "Bound to the plan's hash: any other plan is refused. A token signs for its owner, who may not be the one who asked. " +
    "Where a gate asks for a fresh sign-in (`stepUp`), a token cannot approve. A rejection needs a reason and ends the " +
    "promotion.",
  params,
  body: z
    .discriminatedUnion("decision", [
      z.strictObject({
        decision: z.literal("approve"),
        planHash: planHashValue,
        reason: z.string().trim().max(2000).optional(),
      }),
      z.strictObject({ decision: z.literal("reject"), planHash: planHashValue, reason: why }),
    ])
    .meta({ id: "Signature" }),
  answers: { 201: { description: "signed", schema: promotion } },
  refusals: [
    "planChanged",
    "alreadyApproved",
    "selfApproval",
    "approvalNotAsked",
    "notAsked",
    "stepUpNeeded",
    "notWaiting",
    "ended",
  ],
});

export const abortOperation = operation({
  id: "abortPromotion",
  method: "post",
  path: "/promotions/{id}/abort",
  tag: "Promotions",
  summary: "Stop a promotion",
  description: "At any moment before its end; what it has changed already goes back first.",
  params,
  body: abortInput.omit({ promotion: true }).meta({ id: "Abort" }),
  answers: { 200: { description: "the promotion as it goes on", schema: promotion } },
  refusals: ["ended", "outOfOrder"],
});

export const settleOperation = operation({
  id: "settlePromotion",
  method: "post",
  path: "/promotions/{id}/settle",
  tag: "Promotions",
  summary: "Decide about a stuck promotion",
  description: "retry: try the way back again. close: end it as it is, with a reason.",
  params,
  body: z
    .discriminatedUnion("how", [
      z.strictObject({ how: z.literal("retry") }),
      z.strictObject({ how: z.literal("close"), why }),
    ])
    .meta({ id: "Settlement" }),
  answers: { 200: { description: "the promotion as it goes on", schema: promotion } },
  refusals: ["notStuck", "ended"],
});
