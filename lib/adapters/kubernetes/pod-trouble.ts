import { clusterWords } from "@/lib/adapters/kubernetes/errors";
import type { ContainerState, ContainerStatus, Pod } from "@/lib/adapters/kubernetes/objects";

export interface Trouble {
  reason: string;
  message: string;
}

/** Waiting reasons that are part of a normal start; any other reason is the runtime saying that it cannot. */
const startingReasons = new Set(["ContainerCreating", "PodInitializing"]);

/** `OOMKilled, exit code 137`: how a container's last run ended. */
function endOf(terminated: ContainerState["terminated"]): string | undefined {
  if (!terminated) return undefined;
  const code = terminated.exitCode === undefined ? "" : `, exit code ${terminated.exitCode}`;
  const words = terminated.message ? `: ${terminated.message}` : "";
  return `${terminated.reason ?? "Terminated"}${code}${words}`;
}

function troubleOfContainer(status: ContainerStatus): Trouble | undefined {
  const { state, lastState } = status;
  const lastEnd = endOf(lastState?.terminated);
  const waiting = state?.waiting;
  if (waiting?.reason && !startingReasons.has(waiting.reason)) {
    const parts = [waiting.message, lastEnd && `last ended ${lastEnd}`].filter(Boolean);
    return { reason: waiting.reason, message: clusterWords(parts.join("; ")) };
  }
  const ended = state?.terminated;
  if (ended && (ended.exitCode !== 0 || ended.reason === "OOMKilled"))
    return { reason: ended.reason ?? "Error", message: clusterWords(endOf(ended) ?? "") };
  return undefined;
}

/**
 * What keeps a pod from running, in the cluster's words: an image that does not come, a container that keeps ending, a
 * pod that no node takes or that was evicted. Undefined for a pod that runs, starts, or is being taken away.
 */
export function troubleOfPod(pod: Pod): Trouble | undefined {
  if (pod.metadata.deleting) return undefined;
  for (const status of [...pod.initContainers, ...pod.containers]) {
    const trouble = troubleOfContainer(status);
    if (trouble) return trouble;
  }
  if (pod.phase === "Failed")
    return { reason: pod.reason ?? "Failed", message: clusterWords(pod.message ?? "the pod failed") };
  const scheduled = pod.conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && scheduled.reason === "Unschedulable")
    return { reason: "Unschedulable", message: clusterWords(scheduled.message ?? "no node takes the pod") };
  return undefined;
}

/** Troubles that waiting does not mend; an unschedulable pod or an evicted one may yet be replaced or placed. */
const mayPass = new Set([
  "Unschedulable",
  "Evicted",
  "NodeLost",
  "Preempting",
  "Terminated",
  "NodeAffinity",
  "Shutdown",
]);

/** True where the trouble is the failure of the rollout, at once, without waiting for a deadline. */
export function endsRollout(trouble: Trouble, pod: Pod): boolean {
  if (mayPass.has(trouble.reason) || pod.phase === "Failed") return false;
  // A container that ended once is restarted by itself; the cluster calls it a crash loop when it does not stay up.
  return pod.containers.concat(pod.initContainers).some(({ state }) => state?.waiting?.reason === trouble.reason);
}
