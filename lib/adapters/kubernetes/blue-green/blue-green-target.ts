import { newColour, renewColour } from "@/lib/adapters/kubernetes/blue-green/colour-workload";
import { labelOf } from "@/lib/adapters/kubernetes/blue-green/live-colour";
import {
  colourPath,
  type ReadColours,
  readColour,
  readColours,
  readService,
  servicePath,
} from "@/lib/adapters/kubernetes/blue-green/read-colours";
import { annotate } from "@/lib/adapters/kubernetes/canary/weights";
import type { KubernetesClient, PatchOperation } from "@/lib/adapters/kubernetes/client";
import { misconfigured } from "@/lib/adapters/kubernetes/errors";
import { fields, metadataOf } from "@/lib/adapters/kubernetes/objects";
import { listPath } from "@/lib/adapters/kubernetes/paths";
import { checkChange, generationAnnotation, promotionAnnotation } from "@/lib/adapters/kubernetes/plan";
import type { BlueGreenTarget, Colour, ColourOrder, ColourStanding } from "@/lib/ports/blue-green-target";
import type { AppliedChange, KubernetesTargetRef, TargetObservation } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

interface Calls {
  client: KubernetesClient;
  observe(ref: KubernetesTargetRef, signal?: AbortSignal): Promise<TargetObservation>;
}

/** Deployments of two colours behind one Service of the cluster: see the port for what each order promises. */
export function createBlueGreenTarget({ client, observe }: Calls): BlueGreenTarget {
  return {
    look: async (ref, signal) => (await readColours(client, ref, signal)).standing,
    prepare: (ref, order, standing, signal) => prepare(client, ref, order, standing, signal),
    async observe(ref, colour, signal) {
      const { metadata } = await readColour(client, ref, colour, signal);
      const { service: _, colourLabel: __, ...plain } = ref;
      return observe({ ...plain, workload: { kind: "deployment", name: metadata.name } }, signal);
    },
    preview: (ref, service, colour, signal) => preview(client, ref, service, colour, signal),
    select: (ref, order, standing, signal) => select(client, ref, order, standing, signal),
    retire: (ref, standing, signal) => retire(client, ref, standing, signal),
  };
}

function moved(system: string, what: string): ExternalError {
  return new ExternalError({ system, code: "conflict", message: `${what} was changed meanwhile`, retryable: true });
}

function behind(system: string, what: string, generation: number, carried: number): ExternalError {
  const message = `${what}: generation ${generation} is behind ${carried}, which it carries`;
  return new ExternalError({ system, code: "conflict", message, retryable: false });
}

/** Everything as `standing` says, or a conflict: an order is given only on what was decided on. */
async function readAgain(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  standing: ColourStanding,
  signal?: AbortSignal,
): Promise<ReadColours> {
  const now = await readColours(client, ref, signal);
  const fence = (one: ColourStanding) => [one.live, one.fence, one.colours[one.idle]?.fence].join(" ");
  if (fence(now.standing) !== fence(standing)) throw moved(client.system, standing.service);
  return now;
}

async function prepare(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  order: ColourOrder,
  standing: ColourStanding,
  signal?: AbortSignal,
): Promise<{ written: boolean }> {
  const { system } = client;
  checkChange(system, ref, { ...order, strategy: { kind: "rolling" } });
  const { workloads } = await readAgain(client, ref, standing, signal);
  const { live, idle } = standing;
  const from = workloads[live];
  if (!from) throw moved(system, standing.service);
  // A live colour that an autoscaler or a person left without pods gives no number: one pod is the least to try.
  const wish = { ref, colour: idle, order, live: from.raw, replicas: Math.max(1, from.slim.replicas) };
  const stands = standing.colours[idle];
  const before = workloads[idle]?.slim;
  if (!stands || !before) {
    await client.create(listPath(system, "deployments", ref.namespace), newColour(wish), signal);
    return { written: true };
  }
  if (order.generation < stands.generation) throw behind(system, stands.name, order.generation, stands.generation);
  const isSo =
    stands.digest === order.digest &&
    stands.promotion === order.promotion &&
    stands.generation === order.generation &&
    stands.replicas > 0;
  if (isSo) return { written: false };
  await client.patchJson(colourPath(system, ref, before.metadata.name), renewColour(before.metadata, wish), signal);
  return { written: true };
}

/** The patch of a Service's selector: tested to be what it was, and refused where anything about the Service moved. */
function selection(label: string, from: string, to: Colour, resourceVersion: string): PatchOperation[] {
  const path = `/spec/selector/${label.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return [
    { op: "test", path, value: from },
    { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
    { op: "replace", path, value: to },
  ];
}

/** A failed test is answered as 422, like a patch that is wrong in itself: only a Service that moved makes it a conflict. */
async function patchService(
  client: KubernetesClient,
  { namespace, name, fence }: { namespace: string; name: string; fence: string },
  operations: PatchOperation[],
  signal?: AbortSignal,
): Promise<unknown> {
  const { system } = client;
  try {
    return await client.patchJson(servicePath(system, namespace, name), operations, signal);
  } catch (error) {
    if (!(error instanceof ExternalError) || error.code !== "invalid") throw error;
    const now = await readService(client, namespace, name, signal);
    if (now?.metadata.resourceVersion === fence) throw error;
    throw moved(system, `Service ${namespace}/${name}`);
  }
}

async function select(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  order: { to: Colour; promotion: string; generation: number },
  standing: ColourStanding,
  signal?: AbortSignal,
): Promise<AppliedChange> {
  const { system } = client;
  const { live, fence, generation, isAnnotated, colours } = standing;
  if (order.generation < generation) throw behind(system, standing.service, order.generation, generation);
  const by = { [promotionAnnotation]: order.promotion, [generationAnnotation]: String(order.generation) };
  const operations = [...selection(labelOf(ref), live, order.to, fence), ...annotate(isAnnotated, by)];
  const at = { namespace: ref.namespace, name: ref.service ?? "", fence };
  const answer = metadataOf(fields(await patchService(client, at, operations, signal)));
  const targetGeneration = colours[order.to]?.targetGeneration ?? 0;
  return { targetGeneration, resourceVersion: answer.resourceVersion, written: true };
}

async function preview(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  name: string,
  colour: Colour,
  signal?: AbortSignal,
): Promise<{ written: boolean }> {
  const { system } = client;
  const { namespace } = ref;
  if (name === ref.service) throw misconfigured(system, `Service ${namespace}/${name} is the live one: not a preview`);
  const service = await readService(client, namespace, name, signal);
  if (!service)
    throw misconfigured(system, `there is no Service ${namespace}/${name}: create it, or take previewService out`);
  const label = labelOf(ref);
  const selected = service.selector[label];
  if (selected === colour) return { written: false };
  if (selected === undefined) {
    throw misconfigured(system, `the selector of Service ${namespace}/${name} has no "${label}": let it say a colour`);
  }
  const fence = service.metadata.resourceVersion;
  await patchService(client, { namespace, name, fence }, selection(label, selected, colour, fence), signal);
  return { written: true };
}

async function retire(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  standing: ColourStanding,
  signal?: AbortSignal,
): Promise<{ written: boolean }> {
  const { workloads } = await readAgain(client, ref, standing, signal);
  const idle = workloads[standing.idle]?.slim;
  if (!idle || idle.replicas === 0) return { written: false };
  const operations: PatchOperation[] = [
    { op: "replace", path: "/metadata/resourceVersion", value: idle.metadata.resourceVersion },
    { op: "replace", path: "/spec/replicas", value: 0 },
  ];
  await client.patchJson(colourPath(client.system, ref, idle.metadata.name), operations, signal);
  return { written: true };
}
