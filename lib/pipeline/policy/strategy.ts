import { z } from "zod";
import { type BlueGreenStrategy, blueGreen, blueGreenStrategy } from "@/lib/pipeline/policy/blue-green";
import { type CanaryStrategy, canary, toCanaryStrategy } from "@/lib/pipeline/policy/canary";
import { type DelegatedStrategy, delegated, toDelegatedStrategy } from "@/lib/pipeline/policy/delegated";
import { duration } from "@/lib/pipeline/policy/duration";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { parsePercentage, percentage } from "@/lib/pipeline/policy/percentage";

/** How a rollout replaces what runs. After `deadlineMs` without an end it has failed. */
export type Strategy =
  | { kind: "rolling"; maxSurge?: number | string; maxUnavailable?: number | string; deadlineMs: number }
  | { kind: "recreate"; deadlineMs: number }
  | BlueGreenStrategy
  | CanaryStrategy
  | DelegatedStrategy;

/** How long a rollout may take where the file does not say. */
export const rolloutDeadlineMsDefault = 600_000;

const amount = z
  .union([z.int().min(0).max(1000), percentage])
  .meta({ description: "a whole number of pods from 0 to 1000, or a whole percentage from 0% to 100%" });

const isZero = (value: number | string | undefined) => value === 0 || parsePercentage(String(value)) === 0;

const rolling = z
  .strictObject({
    maxSurge: amount.optional(),
    maxUnavailable: amount.optional(),
    deadline: duration.optional(),
  })
  // Kubernetes refuses a Deployment in which both are zero: no pod could ever be replaced.
  .superRefine((value, context) => {
    if (!isZero(value.maxSurge) || !isZero(value.maxUnavailable)) return;
    context.addIssue({
      code: "custom",
      path: ["maxUnavailable"],
      message: "is zero together with maxSurge, so no pod could ever be replaced",
      params: { allowed: "maxSurge or maxUnavailable above zero" },
    });
  })
  .meta({ description: "new pods replace old ones step by step" });

const recreate = z
  .strictObject({ deadline: duration.optional() })
  .meta({ description: "all old pods stop before the new ones start" });

const kinds = ["rolling", "recreate", "blueGreen", "canary", "delegated"] as const;

/** `{ rolling: {…} }`, `{ recreate: {…} }`, `{ blueGreen: {…} }`, `{ canary: {…} }` or `{ delegated: {…} }` of the file. */
export const strategy = z
  .strictObject({
    rolling: rolling.optional(),
    recreate: recreate.optional(),
    blueGreen: blueGreen.optional(),
    canary: canary.optional(),
    delegated: delegated.optional(),
  })
  .superRefine(exactlyOne(...kinds))
  .transform((value): Strategy => {
    if (value.blueGreen !== undefined) return blueGreenStrategy(value.blueGreen, rolloutDeadlineMsDefault);
    if (value.canary !== undefined) return toCanaryStrategy(value.canary, rolloutDeadlineMsDefault);
    if (value.delegated !== undefined) return toDelegatedStrategy(value.delegated, rolloutDeadlineMsDefault);
    if (value.recreate !== undefined) {
      return { kind: "recreate", deadlineMs: value.recreate.deadline ?? rolloutDeadlineMsDefault };
    }
    const { deadline, ...amounts } = value.rolling ?? {};
    return { kind: "rolling", ...amounts, deadlineMs: deadline ?? rolloutDeadlineMsDefault };
  })
  .meta({ description: "how a rollout replaces what runs", ...exactlyOneSchema(...kinds) });
