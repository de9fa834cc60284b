import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { promotion } from "@/lib/api/promotion-schema";
import { planHashValue, promotionKey } from "@/lib/api/values";
import { overrideGateInput } from "@/lib/commands/override-gate";
import { reviewOverrideInput } from "@/lib/commands/review-override";

const numbered = z.strictObject({
  id: promotionKey,
  override: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/, "must be the override's number, from 1")
    .transform(Number)
    .meta({ description: "the override's number within the promotion, from 1", override: { type: "string" } }),
});

export const overrideOperation = operation({
  id: "overrideGate",
  method: "post",
  path: "/promotions/{id}/overrides",
  tag: "Promotions",
  summary: "Let a closed gate pass (break-glass)",
  description:
    "For exactly this plan, by whoever may override there, with a reason and an incident. Void after a re-plan. Where the " +
    "verdict asks for two people it counts once a second one confirmed it. It stays open for review.",
  params: z.strictObject({ id: promotionKey }),
  body: overrideGateInput.omit({ promotion: true }).meta({ id: "OverrideRequest" }),
  answers: { 201: { description: "recorded; the promotion as it stands", schema: promotion } },
  refusals: [
    "planChanged",
    "stepUpNeeded",
    "noSuchGate",
    "notOverridable",
    "alreadyOverridden",
    "gateOpen",
    "stale",
    "ended",
  ],
});

export const confirmOverrideOperation = operation({
  id: "confirmOverride",
  method: "post",
  path: "/promotions/{id}/overrides/{override}/confirm",
  tag: "Promotions",
  summary: "Confirm an override that takes two people",
  description: "By another person than who asked for it and who asked for the promotion; from then on it counts.",
  params: numbered,
  body: z.strictObject({ planHash: planHashValue }).meta({ id: "OverrideConfirmation" }),
  answers: { 200: { description: "confirmed; the promotion as it stands", schema: promotion } },
  refusals: ["planChanged", "stepUpNeeded", "noSuchOverride", "alreadyOverridden", "secondPerson", "stale", "ended"],
});

export const reviewOverrideOperation = operation({
  id: "reviewOverride",
  method: "post",
  path: "/promotions/{id}/overrides/{override}/review",
  tag: "Promotions",
  summary: "Close the review of an override",
  description:
    "After the promotion ended, with words that are kept, by another person than who overrode and who asked for it.",
  params: numbered,
  body: reviewOverrideInput.omit({ promotion: true, override: true }).meta({ id: "OverrideReview" }),
  answers: { 200: { description: "reviewed; the promotion as it stands", schema: promotion } },
  refusals: ["noSuchOverride", "alreadyReviewed", "notEnded", "secondPerson"],
});
