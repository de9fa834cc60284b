import { canaryTrack, type Labels, trackLabel } from "@/lib/adapters/kubernetes/canary/labels";
import { annotate } from "@/lib/adapters/kubernetes/canary/weights";
import type { PatchOperation } from "@/lib/adapters/kubernetes/client";
import { pinnedImage } from "@/lib/adapters/kubernetes/image-reference";
import { fields, list, type Metadata } from "@/lib/adapters/kubernetes/objects";
import { generationAnnotation, promotionAnnotation } from "@/lib/adapters/kubernetes/plan";
import type { KubernetesTargetRef, TargetChange } from "@/lib/ports/deploy-target";

/** The Deployment that a canary belongs to: only one that carries this is Waybill's to change. */
export const canaryOfAnnotation = "waybill.dev/canary-of";
/** The number of pods that Waybill set last: another one standing there is somebody else's. */
export const replicasAnnotation = "waybill.dev/replicas";

/** `NAME-canary`, in the namespace and with the container of the stable one. */
export function canaryRef(ref: KubernetesTargetRef): KubernetesTargetRef {
  return { ...ref, workload: { kind: "deployment", name: `${ref.workload.name}-canary` } };
}

export interface CanaryWish {
  change: TargetChange;
  labels: Labels;
  selector: Labels;
  replicas: number;
}

/** The stable pod template with the canary's labels and the new digest. */
function templateOf(stable: unknown, ref: KubernetesTargetRef, wish: CanaryWish) {
  const { metadata, spec } = fields(fields(fields(stable).spec).template);
  const { annotations } = fields(metadata);
  const image = pinnedImage(wish.change.image, wish.change.digest);
  const containers = list(fields(spec).containers).map((container) =>
    fields(container).name === ref.container ? { ...fields(container), image } : container,
  );
  return {
    metadata: { labels: wish.labels, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...fields(spec), containers },
  };
}

function annotationsOf(ref: KubernetesTargetRef, wish: CanaryWish): Record<string, string> {
  return {
    [promotionAnnotation]: wish.change.promotion,
    [generationAnnotation]: String(wish.change.generation),
    [canaryOfAnnotation]: ref.workload.name,
    [replicasAnnotation]: String(wish.replicas),
  };
}

/**
 * A new canary from the stable Deployment as the API sent it. The Deployment's own labels are not taken over: a tool
 * that prunes what it does not know by them would take the canary away.
 */
export function newCanary(stable: unknown, ref: KubernetesTargetRef, wish: CanaryWish): unknown {
  const spec = fields(fields(stable).spec);
  const { minReadySeconds } = spec;
  const progressDeadlineSeconds = wish.change.deadlineSeconds ?? spec.progressDeadlineSeconds;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: canaryRef(ref).workload.name,
      namespace: ref.namespace,
      labels: { [trackLabel]: canaryTrack, "app.kubernetes.io/managed-by": "waybill" },
      annotations: annotationsOf(ref, wish),
    },
    spec: {
      replicas: wish.replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
      selector: { matchLabels: wish.selector },
      template: templateOf(stable, ref, wish),
    },
  };
}

/** The patch that makes an empty canary of before into that of `wish`; its selector cannot change and must fit. */
export function renewCanary(
  stable: unknown,
  ref: KubernetesTargetRef,
  before: Metadata,
  wish: CanaryWish,
): PatchOperation[] {
  const deadline = wish.change.deadlineSeconds;
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: before.resourceVersion },
    ...annotate(before, annotationsOf(ref, wish)),
    ...(deadline === undefined ? [] : [{ op: "add" as const, path: "/spec/progressDeadlineSeconds", value: deadline }]),
    { op: "replace", path: "/spec/template", value: templateOf(stable, ref, wish) },
    { op: "replace", path: "/spec/replicas", value: wish.replicas },
  ];
}

/** The patch that scales a canary, and says that Waybill did and for whom. */
export function scaleCanary(
  before: Metadata,
  replicas: number,
  by: { promotion: string; generation: number },
): PatchOperation[] {
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: before.resourceVersion },
    ...annotate(before, {
      [promotionAnnotation]: by.promotion,
      [generationAnnotation]: String(by.generation),
      [replicasAnnotation]: String(replicas),
    }),
    { op: "replace", path: "/spec/replicas", value: replicas },
  ];
}
