import { createHash } from "node:crypto";
import type { BareApi } from "@/lib/adapters/kubernetes/testing/bare-api";
import { playRounds } from "@/lib/adapters/kubernetes/testing/play-rounds";

/** What a pod of an image does: it comes up, cannot be pulled, keeps crashing, or never gets ready. */
export type Behaviour = "up" | "missing" | "crash" | "unready";

interface RawPod {
  metadata: { name: string; uid: string; deletionTimestamp?: string; ownerReferences?: { kind: string }[] };
  spec: { containers: { name: string; image: string }[] };
}

/** What a runtime reports for an image reference: repository and digest. */
function imageIdOf(image: string): string {
  if (image.includes("@")) return image.replace(/:[^/@]+@/, "@");
  const digest = createHash("sha256").update(image).digest("hex");
  return `${image.replace(/:[^/:]+$/, "")}@sha256:${digest}`;
}

function containerStatus({ name, image }: { name: string; image: string }, behaviour: Behaviour) {
  const now = new Date().toISOString();
  const status = { name, image, imageID: imageIdOf(image), ready: behaviour === "up", restartCount: 0 };
  switch (behaviour) {
    case "missing": {
      const waiting = { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` };
      return { ...status, imageID: "", state: { waiting } };
    }
    case "crash": {
      const waiting = { reason: "CrashLoopBackOff", message: "back-off 10s restarting failed container" };
      const terminated = { exitCode: 1, reason: "Error", startedAt: now, finishedAt: now };
      return { ...status, restartCount: 3, state: { waiting }, lastState: { terminated } };
    }
    case "up":
    case "unready":
      return { ...status, started: true, state: { running: { startedAt: now } } };
    default:
      return behaviour satisfies never;
  }
}

/** The pod of a Job ends, well or not, as soon as it runs; one that never gets ready never ends. */
function endedStatus(pod: RawPod, behaviour: "up" | "crash") {
  const now = new Date().toISOString();
  const ending = behaviour === "up" ? { exitCode: 0, reason: "Completed" } : { exitCode: 1, reason: "Error" };
  return {
    phase: behaviour === "up" ? "Succeeded" : "Failed",
    startTime: now,
    conditions: [{ type: "Ready", status: "False", lastTransitionTime: now }],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      ...{ name, image, imageID: imageIdOf(image), ready: false, restartCount: 0 },
      state: { terminated: { ...ending, startedAt: now, finishedAt: now } },
    })),
  };
}

function podStatus(pod: RawPod, behaviour: Behaviour) {
  const isOfJob = pod.metadata.ownerReferences?.some(({ kind }) => kind === "Job") ?? false;
  if (isOfJob && (behaviour === "up" || behaviour === "crash")) return endedStatus(pod, behaviour);
  const now = new Date().toISOString();
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? "True" : "False",
    lastTransitionTime: now,
  });
  return {
    phase: behaviour === "missing" ? "Pending" : "Running",
    startTime: now,
    conditions: [
      condition("Initialized", true),
      condition("PodScheduled", true),
      condition("ContainersReady", behaviour === "up"),
      condition("Ready", behaviour === "up"),
    ],
    containerStatuses: pod.spec.containers.map((container) => containerStatus(container, behaviour)),
  };
}

/** Brings the pods of one namespace up, or makes them fail, by writing their status as an administrator. */
export function playKubelet(
  admin: BareApi,
  namespace: string,
  behaviourOf: (image: string) => Behaviour,
): { stop(): Promise<void> } {
  const told = new Set<string>();

  async function round(): Promise<void> {
    const { items = [] } = await admin.must("GET", `/api/v1/namespaces/${namespace}/pods`);
    for (const pod of items as RawPod[]) {
      const { name, uid, deletionTimestamp } = pod.metadata;
      if (deletionTimestamp || told.has(uid)) continue;
      told.add(uid);
      const status = podStatus(pod, behaviourOf(pod.spec.containers[0]?.image ?? ""));
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
      const answer = await admin.call("PATCH", path, { status }, "application/strategic-merge-patch+json");
      // The controllers may take a pod away meanwhile, or write to it first.
      if (answer.status === 409) told.delete(uid);
      else if (answer.status >= 300 && answer.status !== 404)
        throw new Error(`PATCH ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  }

  return playRounds(round, 100);
}
