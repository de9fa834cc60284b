import { createKubernetesTarget } from "@/lib/adapters/kubernetes/target";
import { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { Observations } from "@/lib/adapters/kubernetes/testing/observations";
import type { Behaviour } from "@/lib/adapters/kubernetes/testing/play-kubelet";
import type { Digest } from "@/lib/pipeline/release/digest";
import type {
  AppliedChange,
  DeployTarget,
  KubernetesTargetRef,
  TargetChange,
  TargetObservation,
} from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** A cluster that is up, with one namespace that Waybill may deploy to. */
export interface ClusterUnderTest {
  /** Kubeconfigs as text: of a user with the rights of deploy/rbac.yaml, and of an administrator. */
  kubeconfig: string;
  adminKubeconfig: string;
  namespace: string;
  /** A caller and a namespace in which it may do nothing. */
  forbidden: { kubeconfig: string; namespace: string };
  /** A new image, different at every call, whose pods behave so once they are started. */
  image(behaviour: Behaviour): Promise<{ image: string; digest: Digest }>;
  close(): Promise<void>;
}

type WorkloadKind = KubernetesTargetRef["workload"]["kind"];

const container = "app";
const replicas = 2;

/** A deployment or stateful set of two pods, which no real scheduler or node takes up; `own` is in its selector too. */
function workloadObject(
  kind: WorkloadKind,
  name: string,
  image: string,
  { more = {}, own = {} }: { more?: Record<string, string>; own?: Record<string, string> },
) {
  const labels = { app: name };
  const securityContext = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  const spec = {
    schedulerName: "waybill-test-nobody",
    terminationGracePeriodSeconds: 0,
    containers: [{ name: container, image, securityContext }],
  };
  return {
    apiVersion: "apps/v1",
    kind: kind === "deployment" ? "Deployment" : "StatefulSet",
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: { ...labels, ...own } },
      template: { metadata: { labels: { ...labels, ...more, ...own } }, spec },
      ...(kind === "statefulSet" ? { serviceName: name } : {}),
    },
  };
}

/** True where everything runs `digest`, by the cluster's own word and by what its pods report. */
export function runs(digest: Digest) {
  return (seen: TargetObservation): boolean =>
    seen.observedGeneration >= seen.targetGeneration &&
    seen.specDigest === digest &&
    seen.updated === replicas &&
    seen.ready === replicas &&
    seen.available === replicas &&
    seen.pods.length === replicas &&
    seen.pods.every((pod) => pod.current && pod.ready && pod.digest === digest);
}

export function changeTo(image: { image: string; digest: Digest }, more: Partial<TargetChange> = {}): TargetChange {
  return { ...image, promotion: "prm_1", generation: 1, strategy: { kind: "rolling" }, ...more };
}

/** What the tests of one cluster share: Waybill's target, the administrator's hands, and what is cleaned up after. */
export class ContractFixture {
  readonly cluster: ClusterUnderTest;
  readonly admin: BareApi;
  readonly target: DeployTarget;
  readonly #cleanups: (() => Promise<unknown>)[] = [];
  #count = 0;

  constructor(cluster: ClusterUnderTest) {
    this.cluster = cluster;
    this.admin = new BareApi(cluster.adminKubeconfig);
    this.target = this.targetAs(cluster.kubeconfig);
  }

  targetAs(kubeconfig: string): DeployTarget {
    return createKubernetesTarget({
      name: "test",
      kubeconfig: async () => kubeconfig,
      requestTimeoutMs: 30_000,
      pollMs: 1000,
    });
  }

  atEnd(cleanup: () => Promise<unknown>): void {
    this.#cleanups.push(cleanup);
  }

  async cleanUp(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }

  /** Of a name that no other test has. */
  refTo(kind: WorkloadKind = "deployment"): KubernetesTargetRef {
    this.#count += 1;
    const workload = { kind, name: `${kind.toLowerCase()}-${this.#count}` };
    return { kind: "kubernetes", connection: "test", namespace: this.cluster.namespace, workload, container };
  }

  pathOf(ref: KubernetesTargetRef): string {
    const kind = ref.workload.kind === "deployment" ? "deployments" : "statefulsets";
    return `/apis/apps/v1/namespaces/${ref.namespace}/${kind}/${ref.workload.name}`;
  }

  /** `more` stands on the pods, beside `app`, which the selector goes by; `own` is in the selector as well. */
  async create(
    ref: KubernetesTargetRef,
    image: string,
    more: Record<string, string> = {},
    own: Record<string, string> = {},
  ): Promise<void> {
    const path = this.pathOf(ref);
    const collection = path.slice(0, path.lastIndexOf("/"));
    const { kind, name } = ref.workload;
    await this.admin.must("POST", collection, workloadObject(kind, name, image, { more, own }));
    this.atEnd(() => this.admin.call("DELETE", path));
  }

  /** As `kubectl set image` does it. */
  async setImageByHand(ref: KubernetesTargetRef, image: string): Promise<void> {
    const spec = { template: { spec: { containers: [{ name: container, image }] } } };
    await this.admin.patch(this.pathOf(ref), { spec });
  }

  /** An event about a pod, as a kubelet writes one. */
  async noteEvent(pod: string, reason: string, message: string): Promise<void> {
    const { namespace } = this.cluster;
    const { metadata } = await this.admin.must("GET", `/api/v1/namespaces/${namespace}/pods/${pod}`);
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const involvedObject = { apiVersion: "v1", kind: "Pod", namespace, name: pod, uid: metadata?.uid };
    await this.admin.must("POST", `/api/v1/namespaces/${namespace}/events`, {
      ...{ apiVersion: "v1", kind: "Event", metadata: { generateName: `${pod}.` }, involvedObject },
      ...{ type: "Warning", reason, message, source: { component: "kubelet" } },
      ...{ firstTimestamp: now, lastTimestamp: now, count: 1 },
    });
  }

  watch(refs: KubernetesTargetRef[], target = this.target): Observations {
    const observations = new Observations(target, refs);
    this.atEnd(() => observations.stop());
    return observations;
  }

  /** A workload that runs a good image, put there by hand, and a watch that has seen it run. */
  async running(kind?: WorkloadKind) {
    const ref = this.refTo(kind);
    const first = await this.cluster.image("up");
    await this.create(ref, `${first.image}@${first.digest}`);
    const observations = this.watch([ref]);
    await observations.see(ref, runs(first.digest), { what: "the first image running" });
    return { ref, first, observations };
  }

  /** Plans and applies; a controller that wrote the workload's status in between makes it plan anew, as the engine does. */
  async deploy(
    ref: KubernetesTargetRef,
    change: TargetChange,
    how: "apply" | "revert" = "apply",
  ): Promise<AppliedChange> {
    const plan = await this.target.plan(ref, change);
    try {
      return await this.target[how](ref, change, plan);
    } catch (error) {
      if (error instanceof ExternalError && error.code === "conflict" && error.retryable)
        return this.deploy(ref, change, how);
      throw error;
    }
  }
}
