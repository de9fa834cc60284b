import { z } from "zod";
import { duration } from "@/lib/pipeline/policy/duration";
import { workloadName } from "@/lib/pipeline/policy/name";
import { type JobPolicy, previewSmokeTest, type SmokeTest, smokeOf } from "@/lib/pipeline/policy/verification";

/**
 * A second colour takes over behind one Service: made ready beside the live one, tried on its preview Service, then the
 * live Service selects it. The other way is one call as well.
 */
export interface BlueGreenStrategy {
  kind: "blueGreen";
  /** The key of the Service's selector and of the pods' labels whose values are blue and green. */
  label: string;
  /** A Service that stands before the colour that takes no traffic yet; with its placeholders in a policy, filled in a plan. */
  previewService?: string;
  /** What is asked of the preview before the switch. */
  smoke: SmokeTest[];
  /** Jobs that must succeed before the switch; absent where there are none. */
  jobs?: JobPolicy[];
  /** How long it is watched after the switch, at least. */
  watchMs: number;
  /** So long after success the old colour is still up. */
  keepOldForMs: number;
  /** Until when the new colour must be available. */
  deadlineMs: number;
}

const keepOldForMsDefault = 1_800_000;

/** A label's key as Kubernetes takes it: a name of 63 characters at most, with or without a domain before it. */
const labelForm = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const previewName = z
  .string()
  .max(253)
  .refine((text) => workloadName.safeParse(fillPreview(text, { service: "s", workload: "w" })).success, {
    message: "is no name of a Service",
  })
  .meta({
    description:
      "a Service that selects the colour which takes no traffic yet, and that must exist; {service} and {workload} are filled in",
  });

/** The name of a preview Service for one service: an environment's strategy is of all of them. */
export function fillPreview(template: string, facts: { service: string; workload: string }): string {
  return template.replaceAll("{service}", facts.service).replaceAll("{workload}", facts.workload);
}

/** `blueGreen: {…}` of the project file, before the deadline's default. */
export const blueGreen = z
  .strictObject({
    previewService: previewName.optional(),
    smoke: z.array(previewSmokeTest).max(50).default([]),
    watch: duration.meta({ description: "how long it is watched after the switch, at least: 5m" }).optional(),
    keepOldFor: duration
      .meta({ description: "how long the old colour stays up after success, for a way back in one call; 30m" })
      .optional(),
    label: z
      .string()
      .regex(labelForm)
      .meta({
        description: "the label whose value is blue or green, in the Service's selector and on the pods; version",
      })
      .optional(),
    deadline: duration.meta({ description: "until when the new colour must be available; 10m" }).optional(),
  })
  .superRefine((value, context) => {
    if (value.smoke.length === 0 || value.previewService !== undefined) return;
    context.addIssue({
      code: "custom",
      path: ["smoke"],
      message: "stands without previewService, so nothing leads to the new colour before the switch",
      params: { allowed: "smoke together with previewService" },
    });
  })
  .meta({ description: "a second colour is made ready, tried, and takes the Service's traffic with one call" });

/** The strategy that `blueGreen: {…}` means. */
export function blueGreenStrategy(
  { watch, keepOldFor, label, deadline, smoke, ...rest }: z.output<typeof blueGreen>,
  deadlineMsDefault: number,
): BlueGreenStrategy {
  return {
    kind: "blueGreen",
    ...rest,
    ...smokeOf(smoke),
    label: label ?? "version",
    watchMs: watch ?? 0,
    keepOldForMs: keepOldFor ?? keepOldForMsDefault,
    deadlineMs: deadline ?? deadlineMsDefault,
  };
}
