import { z } from "zod";
import { operation } from "@/lib/api/operation";
import { promotion } from "@/lib/api/promotion-schema";
import { steerInput } from "@/lib/commands/steer-rollout";
import { promotionId } from "@/lib/commands/tell-promotion";

const params = z.strictObject({ id: promotionId });
const body = steerInput
  .omit({ promotion: true })
  .meta({ id: "Steer", description: "which service, where it stood, and why" });
const answers = { 200: { description: "the promotion as it goes on", schema: promotion } };
const refusals = ["ended", "notRunning", "outOfOrder", "stale"] as const;

export const pauseOperation = operation({
  id: "pauseRollout",
  method: "post",
  path: "/promotions/{id}/pause",
  tag: "Promotions",
  summary: "Hold a canary, or a controller's rollout, where it is",
  description:
    "No further share of the requests begins. It is watched on, and what is worse still goes back by itself. A controller that owns the workload is told to stop where it is.",
  params,
  body,
  answers,
  refusals,
});

export const resumeOperation = operation({
  id: "resumeRollout",
  method: "post",
  path: "/promotions/{id}/resume",
  tag: "Promotions",
  summary: "Let a paused rollout go on",
  description:
    "The next step begins as soon as the present one has passed. A controller that owns the workload is told to go past the pause that holds it.",
  params,
  body,
  answers,
  refusals,
});

export const skipOperation = operation({
  id: "skipStep",
  method: "post",
  path: "/promotions/{id}/skip",
  tag: "Promotions",
  summary: "Skip the analysis under way",
  description: "A right of its own, and recorded: the next share begins without a pass of this one.",
  params,
  body,
  answers,
  refusals,
});

export const promoteFullyOperation = operation({
  id: "promoteFully",
  method: "post",
  path: "/promotions/{id}/promote-fully",
  tag: "Promotions",
  summary: "Promote a rollout fully",
  description:
    "The same right: every share that is left is skipped, and the stable workload takes the digest now. A controller that owns the workload is told to skip its own steps.",
  params,
  body,
  answers,
  refusals,
});
