import { z } from "zod";
import { duration } from "@/lib/pipeline/policy/duration";

/** A controller in the cluster that replaces a workload's pods by its own object's rules. */
export type DelegatedController = "argoRollouts";

/**
 * A controller in the cluster owns how the workload is rolled out, and its object says the steps and the analysis.
 * Waybill sets the digest, follows, and takes it back.
 */
export interface DelegatedStrategy {
  kind: "delegated";
  controller: DelegatedController;
  /** The controller's object may have no analysis: somebody said that nothing there compares the versions. */
  withoutAnalysis: boolean;
  /** How long the controller may go on without getting any further, and without waiting for a person. */
  deadlineMs: number;
}

/** What people call each controller. */
export const controllerNames: Record<DelegatedController, string> = { argoRollouts: "Argo Rollouts" };

const withoutAnalysis = z.boolean().optional().meta({
  description:
    "true: go on where the controller's object has no analysis; it is refused before anything is changed else",
});

/** `strategy.delegated` of the project file. */
export const delegated = z
  .strictObject({
    argoRollouts: z
      .strictObject({ withoutAnalysis })
      .meta({ description: "the Rollout that the target names (argoproj.io/v1alpha1)" }),
    deadline: duration
      .meta({ description: "how long the controller may stand still without waiting for a person; 10m" })
      .optional(),
  })
  .meta({ description: "a controller in the cluster rolls out by its own object's steps; Waybill sets the digest" });

/** `deadlineMsDefault` is what holds where the file names no deadline. */
export function toDelegatedStrategy(
  { argoRollouts, deadline }: z.output<typeof delegated>,
  deadlineMsDefault: number,
): DelegatedStrategy {
  return {
    kind: "delegated",
    controller: "argoRollouts",
    withoutAnalysis: argoRollouts.withoutAnalysis ?? false,
    deadlineMs: deadline ?? deadlineMsDefault,
  };
}
