import { misconfigured } from "@/lib/adapters/kubernetes/errors";
import { digestOfImage, pinnedImage } from "@/lib/adapters/kubernetes/image-reference";
import type { Workload } from "@/lib/adapters/kubernetes/objects";
import { isDigest } from "@/lib/pipeline/release/digest";
import type { KubernetesTargetRef, RolloutStrategy, TargetChange, TargetPlan } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

export const promotionAnnotation = "waybill.dev/promotion";
export const generationAnnotation = "waybill.dev/generation";

const kindWords = { deployment: "deployment", statefulSet: "stateful set", rollout: "Rollout" } as const;

/** `deployment veza-staging/veza-backend`, as errors and pages call a workload. */
export function workloadName(ref: KubernetesTargetRef): string {
  return `${kindWords[ref.workload.kind]} ${ref.namespace}/${ref.workload.name}`;
}

/** The fencing number that an object carries, for one who only watches: 0 where it carries none, or what is no number. */
export function shownGeneration({ annotations }: Workload["metadata"]): number {
  const generation = Number(annotations[generationAnnotation] ?? 0);
  return Number.isSafeInteger(generation) ? generation : 0;
}

/** The fencing number that the workload carries; 0 where it carries none. What is no number is refused, not guessed. */
export function annotatedGeneration(system: string, workload: Pick<Workload, "metadata">): number {
  const text = workload.metadata.annotations[generationAnnotation];
  if (text === undefined) return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw misconfigured(
    system,
    `annotation ${generationAnnotation} of ${workload.metadata.name} is "${text}", not a whole number`,
  );
}

/** One setting of a workload: what it is, what it should be, and what the patch has to say. */
interface Setting {
  path: string;
  from: string;
  to: string;
}

/** What the workload's strategy should be, beside what it is. */
function strategySettings(workload: Workload, strategy: RolloutStrategy): Setting[] {
  if (strategy.kind === "own" || workload.kind === "rollout") return [];
  const field = workload.kind === "deployment" ? "spec.strategy" : "spec.updateStrategy";
  const { strategyType, rollingUpdate } = workload;
  const type = strategy.kind === "recreate" ? "Recreate" : "RollingUpdate";
  const settings: Setting[] = [{ path: `${field}.type`, from: strategyType ?? "", to: type }];
  // A partition above 0 would keep the pods below it on the old image for ever.
  if (workload.kind === "statefulSet" && (rollingUpdate.partition ?? 0) > 0)
    settings.push({ path: `${field}.rollingUpdate.partition`, from: String(rollingUpdate.partition), to: "0" });
  if (strategy.kind === "recreate") return settings;
  for (const key of ["maxSurge", "maxUnavailable"] as const) {
    const wanted = strategy[key];
    if (wanted === undefined) continue;
    settings.push({
      path: `${field}.rollingUpdate.${key}`,
      from: String(rollingUpdate[key] ?? ""),
      to: String(wanted),
    });
  }
  return settings;
}

/**
 * Refuses what must never reach a cluster: a change without a full digest, a tag in its image (`invalid`), or a
 * strategy that the kind of workload does not have (`misconfigured`).
 */
export function checkChange(system: string, ref: KubernetesTargetRef, change: TargetChange): void {
  const invalid = (message: string) => new ExternalError({ system, code: "invalid", message, retryable: false });
  if (!isDigest(change.digest)) throw invalid(`digest "${String(change.digest)}" is not sha256: and 64 hex digits`);
  if (!/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/i.test(change.image))
    throw invalid(`image "${change.image}" must be host/repository, without tag or digest`);
  if (!Number.isSafeInteger(change.generation) || change.generation < 1)
    throw invalid(`generation ${change.generation} must be a whole number from 1`);
  if (ref.workload.kind !== "statefulSet") return;
  if (change.strategy.kind === "recreate")
    throw misconfigured(system, `${workloadName(ref)} cannot use the strategy recreate: use rolling`);
  // maxUnavailable of a StatefulSet is not in the stable API, and maxSurge is not in it at all.
  if (change.strategy.kind === "own") return;
  if (change.strategy.maxSurge !== undefined || change.strategy.maxUnavailable !== undefined)
    throw misconfigured(
      system,
      `${workloadName(ref)} takes neither maxSurge nor maxUnavailable: only a deployment does`,
    );
}

/**
 * What applying `change` to the workload as it stands would alter, for `undefined` where there is none. Throws
 * `misconfigured` where the named container is missing or the kind of workload cannot use the strategy.
 */
export function planChange(
  system: string,
  ref: KubernetesTargetRef,
  workload: Workload | undefined,
  change: TargetChange,
): TargetPlan {
  checkChange(system, ref, change);
  if (!workload)
    return {
      exists: false,
      alreadyApplied: false,
      currentImage: undefined,
      currentDigest: undefined,
      currentPromotion: undefined,
      currentGeneration: 0,
      fence: undefined,
      changes: [],
    };
  const container = workload.containers.find(({ name }) => name === ref.container);
  if (!container) {
    if (workload.kind === "rollout" && workload.containers.length === 0)
      throw misconfigured(
        system,
        `${workloadName(ref)} has no pod template of its own (workloadRef): put the template into the Rollout`,
      );
    const names = workload.containers.map(({ name }) => name).join(", ");
    throw misconfigured(system, `${workloadName(ref)} has no container "${ref.container}"; it has: ${names}`);
  }
  const { annotations, resourceVersion } = workload.metadata;
  const deadline = change.deadlineSeconds;
  const settings: Setting[] = [
    {
      path: `spec.template.spec.containers[${ref.container}].image`,
      from: container.image,
      to: pinnedImage(change.image, change.digest),
    },
    ...strategySettings(workload, change.strategy),
    ...(deadline === undefined || workload.kind !== "deployment"
      ? []
      : [
          {
            path: "spec.progressDeadlineSeconds",
            from: String(workload.progressDeadlineSeconds ?? ""),
            to: String(deadline),
          },
        ]),
    {
      path: `metadata.annotations[${promotionAnnotation}]`,
      from: annotations[promotionAnnotation] ?? "",
      to: change.promotion,
    },
    {
      path: `metadata.annotations[${generationAnnotation}]`,
      from: annotations[generationAnnotation] ?? "",
      to: String(change.generation),
    },
  ];
  const changes = settings.filter(({ from, to }) => from !== to);
  return {
    exists: true,
    alreadyApplied: changes.length === 0,
    currentImage: container.image,
    currentDigest: digestOfImage(container.image),
    currentPromotion: annotations[promotionAnnotation],
    currentGeneration: annotatedGeneration(system, workload),
    fence: resourceVersion,
    changes,
  };
}
