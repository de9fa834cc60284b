import { isDeepStrictEqual } from "node:util";
import type { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { playRounds } from "@/lib/adapters/kubernetes/testing/play-rounds";
import {
  advanceCanary,
  type CanarySpec,
  type CanaryStatus,
  intervalMs,
} from "@/sandbox/cluster/flagger/canary-machine";
import { isComplete, isHung, primaryTemplate } from "@/sandbox/cluster/flagger/flagger-controller";
import type { Deployment, Metadata } from "@/sandbox/cluster/objects";
import { templateHash } from "@/sandbox/cluster/pods";

interface RawCanary {
  metadata: Metadata;
  spec: CanarySpec;
  status?: CanaryStatus;
}

const merge = "application/merge-patch+json";
const api = "flagger.app/v1beta1";

/**
 * Plays Flagger in one namespace of a real cluster, as an administrator: the same transitions as in the sandbox, written
 * over the API. `rateOf` tells how many percent of their requests pods of an image answer.
 */
export function playFlagger(
  admin: BareApi,
  namespace: string,
  speed: number,
  rateOf: (image: string) => number,
): { stop(): Promise<void> } {
  const player = new FlaggerPlayer(admin, namespace, speed, rateOf);
  return playRounds(() => player.round(), 50);
}

class FlaggerPlayer {
  readonly #lookedAt = new Map<string, number>();
  readonly #canaries: string;
  readonly #deployments: string;

  constructor(
    private readonly admin: BareApi,
    private readonly namespace: string,
    private readonly speed: number,
    private readonly rateOf: (image: string) => number,
  ) {
    this.#canaries = `/apis/${api}/namespaces/${namespace}/canaries`;
    this.#deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  }

  async round(): Promise<void> {
    const { items = [] } = await this.admin.must("GET", this.#canaries);
    for (const canary of items as RawCanary[]) {
      const last = this.#lookedAt.get(canary.metadata.uid) ?? Number.NEGATIVE_INFINITY;
      if ((performance.now() - last) * this.speed < intervalMs(canary.spec)) continue;
      this.#lookedAt.set(canary.metadata.uid, performance.now());
      await this.#advance(canary);
    }
  }

  async #deployment(name: string): Promise<Deployment | undefined> {
    const { status, body } = await this.admin.call("GET", `${this.#deployments}/${name}`);
    return status === 200 ? (body as unknown as Deployment) : undefined;
  }

  /** False where somebody else wrote first: the next interval sees that. */
  async #write(method: string, path: string, body: object, type?: string): Promise<boolean> {
    const { status, body: said } = await this.admin.call(method, path, body, type);
    if (status < 300) return true;
    if (status === 409 || status === 404) return false;
    throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`);
  }

  async #advance(canary: RawCanary): Promise<void> {
    const { name } = canary.spec.targetRef;
    const [target, primary] = [await this.#deployment(name), await this.#deployment(`${name}-primary`)];
    if (!target) return;
    const image = target.spec.template.spec.containers[0]?.image ?? "";
    const next = advanceCanary({
      ...{ spec: canary.spec, status: canary.status ?? {}, hash: templateHash(target.spec.template), now: Date.now() },
      target: { isReady: isComplete(target), isHung: isHung(target) },
      primary: primary && { isReady: isComplete(primary) },
      rate: (target.status.availableReplicas ?? 0) > 0 ? this.rateOf(image) : undefined,
    });
    // Its status first: where somebody wrote to the object meanwhile, nothing follows from what was read.
    if (!isDeepStrictEqual(next.status, canary.status ?? {})) {
      const whole = { ...canary, apiVersion: api, kind: "Canary", status: next.status };
      if (!(await this.#write("PUT", `${this.#canaries}/${canary.metadata.name}/status`, whole))) return;
    }
    if (next.warning) await this.#note(canary, next.warning);
    const template = primaryTemplate(target.spec.template, name);
    if (next.primary === "create") await this.#create(canary, target);
    if (next.primary === "promote" && primary) {
      const promoted = { spec: { template: { ...template, metadata: template.metadata } } };
      await this.#write("PATCH", `${this.#deployments}/${name}-primary`, promoted, merge);
    }
    if (next.scale === undefined) return;
    const replicas = next.scale === "down" ? 0 : Math.max(1, target.spec.replicas);
    await this.#write("PATCH", `${this.#deployments}/${name}`, { spec: { replicas } }, merge);
  }

  async #note({ metadata: { name, uid } }: RawCanary, message: string): Promise<void> {
    const { namespace } = this;
    const at = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    await this.#write("POST", `/api/v1/namespaces/${namespace}/events`, {
      ...{ apiVersion: "v1", kind: "Event", metadata: { generateName: `${name}.` } },
      involvedObject: { apiVersion: api, kind: "Canary", namespace, name, uid },
      ...{ type: "Warning", reason: "Synced", message, source: { component: "flagger" } },
      ...{ firstTimestamp: at, lastTimestamp: at, count: 1 },
    });
  }

  async #create({ metadata: { name, uid } }: RawCanary, target: Deployment): Promise<void> {
    const own = `${target.metadata.name}-primary`;
    const owner = { apiVersion: api, kind: "Canary", name, uid, controller: true, blockOwnerDeletion: true };
    await this.#write("POST", this.#deployments, {
      ...{ apiVersion: "apps/v1", kind: "Deployment" },
      metadata: { name: own, labels: { app: own }, ownerReferences: [owner] },
      spec: {
        ...target.spec,
        selector: { matchLabels: { app: own } },
        template: primaryTemplate(target.spec.template, target.metadata.name),
      },
    });
  }
}
