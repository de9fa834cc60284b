import { answered } from "../argo/rollout-controller";
import type { ImagePuller } from "../image-puller";
import type { ObjectStore } from "../object-store";
import { type Deployment, type KubeObject, type Pod, type PodTemplate, resources } from "../objects";
import { isReady, isTerminating, ownedBy, templateHash } from "../pods";
import { recordEvent } from "../record-event";
import { advanceCanary, type CanaryAdvance, type CanarySpec, type CanaryStatus, intervalMs } from "./canary-machine";

interface Canary extends KubeObject {
  spec: CanarySpec;
  status?: CanaryStatus;
}

/** The label by which Flagger tells a Deployment's pods from its primary's: `app`. */
export function primaryTemplate(template: PodTemplate, name: string): PodTemplate {
  return {
    ...template,
    metadata: { ...template.metadata, labels: { ...template.metadata.labels, app: `${name}-primary` } },
  };
}

/** True where a Deployment's pods are all there, as its status says of the present template. */
export function isComplete({ metadata, spec, status }: Deployment): boolean {
  const counts = [status.updatedReplicas, status.availableReplicas, status.replicas];
  return status.observedGeneration === metadata.generation && counts.every((count) => (count ?? 0) === spec.replicas);
}

/** True where the Deployment's own progress deadline is over. */
export function isHung({ status }: Deployment): boolean {
  return (status.conditions ?? []).some(({ reason }) => reason === "ProgressDeadlineExceeded");
}

/** Plays Flagger over the sandbox's objects; Deployments are brought up by their own controller. */
export class FlaggerController {
  private readonly lookedAt = new Map<string, number>();

  constructor(
    private readonly store: ObjectStore,
    private readonly images: Pick<ImagePuller, "peek">,
    private readonly now: () => number,
  ) {}

  tick(): void {
    for (const canary of this.store.list<Canary>(resources.canaries)) {
      const { uid, namespace } = canary.metadata;
      const last = this.lookedAt.get(uid) ?? Number.NEGATIVE_INFINITY;
      const target = this.store.get<Deployment>(resources.deployments, namespace, canary.spec.targetRef.name);
      if (this.now() - last < intervalMs(canary.spec) || target === undefined) continue;
      this.lookedAt.set(uid, this.now());
      this.advance(canary, target);
    }
  }

  private advance(canary: Canary, target: Deployment): void {
    const { namespace } = canary.metadata;
    const primaryName = `${target.metadata.name}-primary`;
    const primary = this.store.get<Deployment>(resources.deployments, namespace, primaryName);
    const next = advanceCanary({
      ...{ spec: canary.spec, status: canary.status ?? {}, hash: templateHash(target.spec.template) },
      target: { isReady: isComplete(target), isHung: isHung(target) },
      primary: primary && { isReady: isComplete(primary) },
      rate: this.rateOf(target),
      now: Date.now(),
    });
    this.carryOut(canary, target, primary, next);
    if (next.warning) recordEvent(this.store, canary, "flagger", "Warning", "Synced", next.warning);
    this.store.modify<Canary>(resources.canaries, canary, () => ({ status: next.status }));
  }

  private carryOut(canary: Canary, target: Deployment, primary: Deployment | undefined, next: CanaryAdvance): void {
    const template = primaryTemplate(target.spec.template, target.metadata.name);
    if (next.primary === "create") this.create(canary, target, template);
    if (next.primary === "promote" && primary)
      this.store.modify<Deployment>(resources.deployments, primary, ({ spec }) => ({ spec: { ...spec, template } }));
    if (next.scale === undefined) return;
    const replicas = next.scale === "down" ? 0 : Math.max(1, target.spec.replicas);
    this.store.modify<Deployment>(resources.deployments, target, ({ spec }) => ({ spec: { ...spec, replicas } }));
  }

  private create(canary: Canary, target: Deployment, template: PodTemplate): void {
    const name = `${target.metadata.name}-primary`;
    this.store.create<Deployment>(resources.deployments, {
      kind: "Deployment",
      apiVersion: "apps/v1",
      metadata: { name, namespace: target.metadata.namespace, labels: { app: name }, ownerReferences: ownedBy(canary) },
      spec: { ...target.spec, selector: { matchLabels: { app: name } }, template },
      status: {},
    });
  }

  private rateOf(target: Deployment): number | undefined {
    const [container] = target.spec.template.spec.containers;
    const { app = "" } = target.spec.selector.matchLabels;
    const up = this.store
      .list<Pod>(resources.pods, target.metadata.namespace)
      .some((pod) => pod.metadata.labels?.app === app && isReady(pod) && !isTerminating(pod));
    const image = this.images.peek(container?.image ?? "");
    return up && image ? answered(image.labels["sandbox.fault"]) * 100 : undefined;
  }
}
