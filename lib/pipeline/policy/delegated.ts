import { z } from "zod";
import { duration } from "@/lib/pipeline/policy/duration";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { workloadName } from "@/lib/pipeline/policy/name";

/** A controller in the cluster that replaces a workload's pods by its own object's rules. */
export type DelegatedController = "argoRollouts" | "flagger";

/**
 * A controller in the cluster owns how the workload is rolled out, and its object says the steps and the analysis.
 * Waybill sets the digest, follows, and takes it back.
 */
export interface DelegatedStrategy {
  kind: "delegated";
  controller: DelegatedController;
  /** Of Flagger: its Canary; the Deployment's own name where the file says none. */
  canary?: string;
  /** The controller's object may have no analysis: somebody said that nothing there compares the versions. */
  withoutAnalysis: boolean;
  /** How long the controller may go on without getting any further, and without waiting for a person. */
  deadlineMs: number;
}

/** What people call each controller. */
export const controllerNames: Record<DelegatedController, string> = {
  argoRollouts: "Argo Rollouts",
  flagger: "Flagger",
};

const withoutAnalysis = z.boolean().optional().meta({
  description:
    "true: go on where the controller's object has no analysis; it is refused before anything is changed else",
});

/** `strategy.delegated` of the project file. */
export const delegated = z
  .strictObject({
    argoRollouts: z
      .strictObject({ withoutAnalysis })
      .meta({ description: "the Rollout that the target names (argoproj.io/v1alpha1)" })
      .optional(),
    flagger: z
      .strictObject({
        canary: workloadName
          .meta({ description: "the Canary that owns the target's Deployment; the Deployment's name" })
          .optional(),
        withoutAnalysis,
      })
      .meta({ description: "a Canary over the Deployment that the target names (flagger.app/v1beta1)" })
      .optional(),
    deadline: duration
      .meta({ description: "how long the controller may stand still without waiting for a person; 10m" })
      .optional(),
  })
  .superRefine(exactlyOne("argoRollouts", "flagger"))
  .meta({
    description: "a controller in the cluster rolls out by its own object's steps; Waybill sets the digest",
    ...exactlyOneSchema("argoRollouts", "flagger"),
  });

/** `deadlineMsDefault` is what holds where the file names no deadline. */
export function toDelegatedStrategy(
  { argoRollouts, flagger, deadline }: z.output<typeof delegated>,
  deadlineMsDefault: number,
): DelegatedStrategy {
  const deadlineMs = deadline ?? deadlineMsDefault;
  if (flagger === undefined) {
    const { withoutAnalysis: without = false } = argoRollouts ?? {};
    return { kind: "delegated", controller: "argoRollouts", withoutAnalysis: without, deadlineMs };
  }
  const { canary, withoutAnalysis: without = false } = flagger;
  const named = canary === undefined ? {} : { canary };
  return { kind: "delegated", controller: "flagger", ...named, withoutAnalysis: without, deadlineMs };
}
