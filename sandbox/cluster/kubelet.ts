import type { ImagePuller, RunnableImage } from "./image-puller";
import type { ObjectStore } from "./object-store";
import { type Condition, type ContainerState, type ContainerStatus, type Pod, resources, timestamp } from "./objects";
import { isReady, isTerminating } from "./pods";
import { recordEvent } from "./record-event";

// Milliseconds at speed 1. Back-offs are far shorter than a real kubelet's, which begin at 10 s and grow to 5 min.
const scheduleMs = 100;
const pullMs = 400;
const startMs = 800;
const crashMs = 500;
const restartMs = 1500;
const retryPullMs = 5000;
const endMs = 500;
// A container that comes up well and does not last.
const flapMs = 3000;
const fadeMs = 100_000;
/** Until the pod of a Job has done what it is for. */
const jobMs = 2500;

type Outcome = { container: string; image: RunnableImage } | { container: string; failure: string };

/**
 * Runs the pods of one imaginary node. What a pod does is in its image's label `sandbox.fault`: `crash` exits and is
 * restarted for ever, `unready` never passes its probe, `flapping` and `fading` do not last; `errors` and `slow` come up,
 * and show in what they answer.
 */
export class Kubelet {
  /** When a pod came into the state that its status tells. */
  private readonly since = new Map<string, { version: string; at: number }>();
  private readonly pulling = new Set<string>();

  constructor(
    private readonly store: ObjectStore,
    private readonly images: ImagePuller,
    private readonly now: () => number,
  ) {}

  /** Moves on every pod whose time has come. */
  tick(): void {
    const pods = this.store.list<Pod>(resources.pods);
    for (const pod of pods) this.step(pod);
    if (this.since.size <= pods.length * 2 + 50) return;
    const alive = new Set(pods.map((pod) => pod.metadata.uid));
    for (const uid of this.since.keys()) if (!alive.has(uid)) this.since.delete(uid);
  }

  private step(pod: Pod): void {
    const { uid, resourceVersion } = pod.metadata;
    let state = this.since.get(uid);
    if (state?.version !== resourceVersion) {
      state = { version: resourceVersion, at: this.now() };
      this.since.set(uid, state);
    }
    const elapsed = this.now() - state.at;
    if (isTerminating(pod)) {
      if (elapsed >= endMs) this.store.remove(resources.pods, pod);
    } else if (pod.spec.nodeName === undefined) {
      if (elapsed >= scheduleMs) this.schedule(pod);
    } else if (pod.status.phase === "Pending") {
      const reason = waitingReason(pod);
      if (reason === "ErrImagePull" && elapsed >= 1000) this.backOff(pod);
      else if (elapsed >= (reason === "ContainerCreating" ? pullMs : retryPullMs)) this.pull(pod);
    } else if (isOfJob(pod)) this.runJob(pod, elapsed);
    else if (!isReady(pod)) this.run(pod, elapsed);
    else this.wear(pod, elapsed);
  }

  /** Everything was well: what does not last is restarted again and again, or fails its probe from here on. */
  private wear(pod: Pod, elapsed: number): void {
    const faults = pod.spec.containers.map(({ image }) => this.images.peek(image)?.labels["sandbox.fault"]);
    if (faults.includes("flapping") && elapsed >= flapMs)
      this.change(pod, (status) => ({ ...restarted(status), ready: true }));
    if (!faults.includes("fading") || elapsed < fadeMs) return;
    this.since.set(`${pod.metadata.uid}/faded`, { version: "", at: this.now() });
    this.store.modify<Pod>(resources.pods, pod, (current) => ({
      status: {
        ...current.status,
        conditions: conditions(current, false),
        containerStatuses: current.status.containerStatuses?.map((status) => ({ ...status, ready: false })),
      },
    }));
    this.probeFails(pod);
  }

  private probeFails(pod: Pod): void {
    const message = "Readiness probe failed: HTTP probe failed with statuscode: 503";
    recordEvent(this.store, pod, "kubelet", "Warning", "Unhealthy", message);
  }

  private schedule(pod: Pod): void {
    this.store.modify<Pod>(resources.pods, pod, (current) => ({
      spec: { ...current.spec, nodeName: "sandbox-node" },
      status: {
        phase: "Pending",
        startTime: timestamp(),
        conditions: conditions(current, false),
        containerStatuses: current.spec.containers.map((container) => waiting(container, "ContainerCreating")),
      },
    }));
  }

  private pull(pod: Pod): void {
    const { uid } = pod.metadata;
    if (this.pulling.has(uid)) return;
    this.pulling.add(uid);
    const pulls = pod.spec.containers.map(async ({ name, image }): Promise<Outcome> => {
      try {
        return { container: name, image: await this.images.pull(image) };
      } catch (error) {
        return { container: name, failure: error instanceof Error ? error.message : String(error) };
      }
    });
    Promise.all(pulls).then((outcomes) => {
      this.pulling.delete(uid);
      this.start(pod, outcomes);
    });
  }

  private start(pod: Pod, outcomes: Outcome[]): void {
    const failures = outcomes.flatMap((outcome) => ("failure" in outcome ? [outcome] : []));
    for (const { failure } of failures) recordEvent(this.store, pod, "kubelet", "Warning", "Failed", failure);
    this.store.modify<Pod>(resources.pods, pod, (current) => {
      if (isTerminating(current)) return {};
      const statuses = current.spec.containers.map((container): ContainerStatus => {
        const outcome = outcomes.find((one) => one.container === container.name);
        if (outcome === undefined) return waiting(container, "ContainerCreating");
        if ("failure" in outcome) return waiting(container, "ErrImagePull", outcome.failure);
        if (failures.length > 0) return waiting(container, "ContainerCreating");
        return running(container, outcome.image.imageId, 0);
      });
      const phase = failures.length > 0 ? "Pending" : "Running";
      return { status: { ...current.status, phase, podIP: "10.1.0.2", containerStatuses: statuses } };
    });
  }

  private backOff(pod: Pod): void {
    this.change(pod, (status) => {
      if (!("waiting" in status.state) || status.state.waiting.reason !== "ErrImagePull") return status;
      const message = `Back-off pulling image "${status.image}": ${status.state.waiting.message ?? ""}`;
      return { ...status, state: { waiting: { reason: "ImagePullBackOff", message } } };
    });
  }

  /** Everything is pulled and the pod is not ready yet: it comes up, crashes, is restarted, or never gets ready. */
  private run(pod: Pod, elapsed: number): void {
    const known = pod.spec.containers.map(({ image }) => this.images.peek(image));
    if (known.some((image) => image === undefined)) return;
    const faultOf = new Map(
      pod.spec.containers.map(({ name }, index) => [name, known[index]?.labels["sandbox.fault"]]),
    );
    const crashing = [...faultOf.values()].includes("crash");
    const inBackOff = waitingReason(pod) === "CrashLoopBackOff";
    if (crashing && inBackOff) {
      if (elapsed >= restartMs)
        this.change(pod, (status) => (faultOf.get(status.name) === "crash" ? restarted(status) : status));
    } else if (crashing) {
      if (elapsed < crashMs) return;
      this.change(pod, (status) => (faultOf.get(status.name) === "crash" ? crashed(status, pod) : status));
      recordEvent(this.store, pod, "kubelet", "Warning", "BackOff", "Back-off restarting failed container");
    } else if ([...faultOf.values()].includes("unready")) {
      if (elapsed < startMs || this.since.get(`${pod.metadata.uid}/probe`) !== undefined) return;
      this.since.set(`${pod.metadata.uid}/probe`, { version: "", at: this.now() });
      this.probeFails(pod);
    } else if (elapsed >= startMs && this.since.get(`${pod.metadata.uid}/faded`) === undefined) {
      this.store.modify<Pod>(resources.pods, pod, (current) => ({
        status: {
          ...current.status,
          conditions: conditions(current, true),
          containerStatuses: current.status.containerStatuses?.map((status) => ({ ...status, ready: true })),
        },
      }));
    }
  }

  /** The pod of a Job ends: well, or with `jobFails` and `crash` not; with `jobHangs` and `unready` never. */
  private runJob(pod: Pod, elapsed: number): void {
    if (pod.status.phase !== "Running" || elapsed < jobMs) return;
    const known = pod.spec.containers.map(({ image }) => this.images.peek(image));
    if (known.some((image) => image === undefined)) return;
    const faults = known.map((image) => image?.labels["sandbox.fault"]);
    if (faults.includes("jobHangs") || faults.includes("unready")) return;
    const fails = faults.includes("jobFails") || faults.includes("crash");
    const ending = fails ? { exitCode: 1, reason: "Error" } : { exitCode: 0, reason: "Completed" };
    this.store.modify<Pod>(resources.pods, pod, ({ status }) => ({
      status: {
        ...status,
        phase: fails ? "Failed" : "Succeeded",
        containerStatuses: status.containerStatuses?.map((one) => {
          const startedAt = "running" in one.state ? one.state.running.startedAt : timestamp();
          return { ...one, started: false, state: { terminated: { ...ending, startedAt, finishedAt: timestamp() } } };
        }),
      },
    }));
  }

  private change(pod: Pod, update: (status: ContainerStatus) => ContainerStatus): void {
    this.store.modify<Pod>(resources.pods, pod, ({ status }) => ({
      status: { ...status, containerStatuses: status.containerStatuses?.map(update) },
    }));
  }
}

function isOfJob({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === "Job") ?? false;
}

function waitingReason(pod: Pod): string | undefined {
  const reasons = (pod.status.containerStatuses ?? []).map(({ state }) =>
    "waiting" in state ? state.waiting.reason : undefined,
  );
  return reasons.find((reason) => reason !== undefined && reason !== "ContainerCreating") ?? reasons[0];
}

type Container = { name: string; image: string };

function statusOf(
  { name, image }: Container,
  imageID: string,
  state: ContainerState,
  restartCount: number,
): ContainerStatus {
  return { name, image, imageID, state, lastState: {}, ready: false, started: "running" in state, restartCount };
}

const waiting = (container: Container, reason: string, message?: string): ContainerStatus =>
  statusOf(container, "", { waiting: message === undefined ? { reason } : { reason, message } }, 0);

const running = (container: Container, imageId: string, restarts: number): ContainerStatus =>
  statusOf(container, imageId, { running: { startedAt: timestamp() } }, restarts);

function restarted(status: ContainerStatus): ContainerStatus {
  const state = { running: { startedAt: timestamp() } };
  return { ...status, state, started: true, restartCount: status.restartCount + 1 };
}

function crashed(status: ContainerStatus, pod: Pod): ContainerStatus {
  const startedAt = "running" in status.state ? status.state.running.startedAt : timestamp();
  const place = `pod=${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
  const message = `back-off restarting failed container=${status.name} ${place}`;
  return {
    ...status,
    started: false,
    state: { waiting: { reason: "CrashLoopBackOff", message } },
    lastState: { terminated: { exitCode: 1, reason: "Error", startedAt, finishedAt: timestamp() } },
  };
}

function conditions(pod: Pod, ready: boolean): Condition[] {
  return (["Initialized", "Ready", "ContainersReady", "PodScheduled"] as const).map((type) => {
    const holds = ready || type === "Initialized" || type === "PodScheduled";
    const status = holds ? "True" : "False";
    const before = pod.status.conditions?.find((one) => one.type === type);
    if (before?.status === status) return before;
    const why = holds ? {} : { reason: "ContainersNotReady", message: "containers with unready status" };
    return { type, status, lastTransitionTime: timestamp(), ...why };
  });
}
