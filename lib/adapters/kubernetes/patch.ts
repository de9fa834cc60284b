import { annotate } from "@/lib/adapters/kubernetes/canary/weights";
import type { PatchOperation } from "@/lib/adapters/kubernetes/client";
import { pinnedImage } from "@/lib/adapters/kubernetes/image-reference";
import type { Workload } from "@/lib/adapters/kubernetes/objects";
import { generationAnnotation, promotionAnnotation } from "@/lib/adapters/kubernetes/plan";
import type { KubernetesTargetRef, RolloutStrategy, TargetChange } from "@/lib/ports/deploy-target";

/** A strategic merge patch of a Deployment or StatefulSet. */
export interface WorkloadPatch {
  metadata: { resourceVersion: string; annotations: Record<string, string> };
  spec: {
    strategy?: Record<string, unknown>;
    updateStrategy?: Record<string, unknown>;
    progressDeadlineSeconds?: number;
    template: { spec: { containers: { name: string; image: string }[] } };
  };
}

function deploymentStrategy(strategy: Exclude<RolloutStrategy, { kind: "own" }>): Record<string, unknown> {
  // The API refuses Recreate beside the rollingUpdate that stands there: null takes it away.
  if (strategy.kind === "recreate") return { type: "Recreate", rollingUpdate: null };
  const { maxSurge, maxUnavailable } = strategy;
  const given = {
    ...(maxSurge === undefined ? {} : { maxSurge }),
    ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
  };
  return { type: "RollingUpdate", ...(Object.keys(given).length === 0 ? {} : { rollingUpdate: given }) };
}

function strategyOf(isDeployment: boolean, strategy: RolloutStrategy): Partial<WorkloadPatch["spec"]> {
  if (strategy.kind === "own") return {};
  return isDeployment
    ? { strategy: deploymentStrategy(strategy) }
    : { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } };
}

/**
 * The same write of a Rollout: a custom resource knows no strategic merge, so it is a JSON patch that names the container
 * by its place in what was read, on the condition that nothing moved since. How pods are replaced is the Rollout's own.
 */
export function buildRolloutPatch(
  ref: KubernetesTargetRef,
  change: TargetChange,
  { metadata, containers }: Pick<Workload, "metadata" | "containers">,
): PatchOperation[] {
  const place = containers.findIndex(({ name }) => name === ref.container);
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
    ...annotate(metadata, {
      [promotionAnnotation]: change.promotion,
      [generationAnnotation]: String(change.generation),
    }),
    {
      op: "replace",
      path: `/spec/template/spec/containers/${place}/image`,
      value: pinnedImage(change.image, change.digest),
    },
  ];
}

/**
 * The one write that Waybill makes: the image of one container by digest, how its pods are replaced, and who ordered it.
 * `fence` is the resourceVersion it was decided on: the cluster answers 409 where the workload moved meanwhile. The
 * annotations stand on the workload, not on its pod template, so that they alone restart nothing.
 */
export function buildPatch(ref: KubernetesTargetRef, change: TargetChange, fence: string): WorkloadPatch {
  const deployment = ref.workload.kind === "deployment";
  return {
    metadata: {
      resourceVersion: fence,
      annotations: { [promotionAnnotation]: change.promotion, [generationAnnotation]: String(change.generation) },
    },
    spec: {
      ...strategyOf(deployment, change.strategy),
      ...(deployment && change.deadlineSeconds !== undefined
        ? { progressDeadlineSeconds: change.deadlineSeconds }
        : {}),
      template: { spec: { containers: [{ name: ref.container, image: pinnedImage(change.image, change.digest) }] } },
    },
  };
}
