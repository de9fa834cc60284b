import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import type { Pod } from "@/lib/adapters/kubernetes/objects";
import { podPath } from "@/lib/adapters/kubernetes/paths";
import type { ReadLog } from "@/lib/pipeline/verification/job-log";
import { ExternalError } from "@/lib/ports/external-error";

/** More lines than are kept, so that it is known whether there were more. */
const linesAsked = 501;
const bytesAsked = 256 * 1024;

/** What the last pod of a Job printed: of one that was tried again, how it ended is what tells. */
export async function readJobLog(
  client: KubernetesClient,
  namespace: string,
  pods: readonly Pod[],
  signal?: AbortSignal,
): Promise<ReadLog> {
  const [pod] = [...pods].sort((a, b) => ((a.startTime ?? "") < (b.startTime ?? "") ? 1 : -1));
  if (!pod) return { kind: "none", why: "none of its pods is there any more" };
  if (pod.node === undefined) return { kind: "none", why: `pod ${pod.metadata.name} was on no node` };
  const container = pod.containers.find((one) => one.state?.terminated?.exitCode !== 0) ?? pod.containers[0];
  const path = `${podPath(client.system, namespace, pod.metadata.name)}/log`;
  const query = { container: container?.name, tailLines: linesAsked, limitBytes: bytesAsked };
  try {
    const printed = await client.getText(path, query, bytesAsked + 4_096, signal);
    const lines = printed.replace(/\n$/, "").split("\n");
    if (lines.length < linesAsked) return { kind: "text", text: printed, cut: printed.length >= bytesAsked };
    // What is left out stood at its beginning: the rest is whole lines.
    return { kind: "text", text: `${lines.slice(1).join("\n")}\n`, cut: true };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { kind: "none", why: error.message };
  }
}
