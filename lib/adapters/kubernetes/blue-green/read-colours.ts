import {
  type ColourService,
  candidateNames,
  chooseLive,
  colours,
  type LiveChoice,
  labelOf,
  otherColour,
  selectedColour,
  slimService,
  workloadsOf,
} from "@/lib/adapters/kubernetes/blue-green/live-colour";
import type { KubernetesClient } from "@/lib/adapters/kubernetes/client";
import { misconfigured } from "@/lib/adapters/kubernetes/errors";
import { digestOfImage } from "@/lib/adapters/kubernetes/image-reference";
import { slimWorkload, type Workload } from "@/lib/adapters/kubernetes/objects";
import { checkedName, listPath } from "@/lib/adapters/kubernetes/paths";
import { annotatedGeneration, promotionAnnotation } from "@/lib/adapters/kubernetes/plan";
import type { Colour, ColourStanding, ColourWorkload } from "@/lib/ports/blue-green-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** A Deployment as the API sent it, and what Waybill reads of it. */
export interface ReadColour {
  raw: unknown;
  slim: Workload;
}

async function getOrNone(client: KubernetesClient, path: string, signal?: AbortSignal): Promise<unknown> {
  try {
    return await client.get(path, {}, signal);
  } catch (error) {
    if (error instanceof ExternalError && error.code === "notFound") return undefined;
    throw error;
  }
}

export function servicePath(system: string, namespace: string, name: string): string {
  return `${listPath(system, "services", namespace)}/${checkedName(system, "Service", name)}`;
}

export function colourPath(system: string, { namespace }: KubernetesTargetRef, name: string): string {
  return `${listPath(system, "deployments", namespace)}/${checkedName(system, "workload", name)}`;
}

/** A Service of the namespace; undefined where there is none of the name. */
export async function readService(
  client: KubernetesClient,
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<ColourService | undefined> {
  const found = await getOrNone(client, servicePath(client.system, namespace, name), signal);
  return found === undefined ? undefined : slimService(found);
}

/** Every Deployment that may be of a colour of this target. */
async function readCandidates(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<Map<string, ReadColour>> {
  const read = await Promise.all(
    candidateNames(ref).map(async (name): Promise<[string, ReadColour][]> => {
      const raw = await getOrNone(client, colourPath(client.system, ref, name), signal);
      return raw === undefined ? [] : [[name, { raw, slim: slimWorkload("deployment", raw) }]];
    }),
  );
  return new Map(read.flat());
}

const slimmed = (read: ReadonlyMap<string, ReadColour>) => new Map([...read].map(([name, { slim }]) => [name, slim]));

/** The workload that takes the traffic of a target with a Service. */
export async function readLive(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<LiveChoice> {
  const [service, candidates] = await Promise.all([
    readService(client, ref.namespace, ref.service ?? "", signal),
    readCandidates(client, ref, signal),
  ]);
  return chooseLive(ref, service, slimmed(candidates));
}

/** The workload of one colour. Throws `misconfigured` where there are two, `notFound` where there is none. */
export async function readColour(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  colour: Colour,
  signal?: AbortSignal,
): Promise<Workload> {
  const found = oneOf(client.system, ref, colour, await readCandidates(client, ref, signal));
  if (found) return found.slim;
  const message = `no deployment of ${ref.namespace}/${ref.workload.name} is ${colour}`;
  throw new ExternalError({ system: client.system, code: "notFound", message, retryable: false });
}

/** Both colours and the Service, as they stand, with the objects that an order is made from. */
export interface ReadColours {
  standing: ColourStanding;
  service: ColourService;
  workloads: Partial<Record<Colour, ReadColour>>;
}

/**
 * Reads what an order about colours needs. Throws ExternalError `misconfigured`, with what to do, for a target that has
 * no Service, whose Service selects no colour, or whose live Deployment cannot be told from another of its kind.
 */
export async function readColours(
  client: KubernetesClient,
  ref: KubernetesTargetRef,
  signal?: AbortSignal,
): Promise<ReadColours> {
  const { system } = client;
  if (ref.workload.kind !== "deployment") throw misconfigured(system, "only a deployment can have two colours");
  if (ref.service === undefined) throw misconfigured(system, "blue-green needs the target's service");
  const [service, candidates] = await Promise.all([
    readService(client, ref.namespace, ref.service, signal),
    readCandidates(client, ref, signal),
  ]);
  const { colour: live, problem } = selectedColour(ref, service);
  if (problem !== undefined || !service) throw misconfigured(system, problem ?? "there is no Service");
  const workloads = Object.fromEntries(
    colours.flatMap((colour) => {
      const found = oneOf(system, ref, colour, candidates);
      return found ? [[colour, found]] : [];
    }),
  ) as ReadColours["workloads"];
  const { problem: missing } = chooseLive(ref, service, slimmed(candidates)).colour;
  if (missing !== undefined) throw misconfigured(system, missing);
  for (const colour of colours) checkSelector(system, ref, colour, workloads[colour]);
  const standing: ColourStanding = {
    service: `Service ${ref.namespace}/${ref.service}`,
    ...{ live, idle: otherColour(live), fence: service.metadata.resourceVersion },
    promotion: service.metadata.annotations[promotionAnnotation],
    generation: annotatedGeneration(system, service),
    isAnnotated: Object.keys(service.metadata.annotations).length > 0,
    colours: Object.fromEntries(
      Object.entries(workloads).map(([colour, { slim }]) => [colour, declaredColour(system, ref, slim)]),
    ),
  };
  return { standing, service, workloads };
}

function oneOf(
  system: string,
  ref: KubernetesTargetRef,
  colour: Colour,
  candidates: ReadonlyMap<string, ReadColour>,
): ReadColour | undefined {
  const [first, second] = workloadsOf(ref, colour, slimmed(candidates));
  if (first && second) {
    const both = `deployments ${first.metadata.name} and ${second.metadata.name}`;
    throw misconfigured(system, `${both} both carry "${labelOf(ref)}: ${colour}": one of them must not`);
  }
  return first && candidates.get(first.metadata.name);
}

/** Without its colour in the selector a Deployment would count the other colour's pods as its own. */
function checkSelector(system: string, ref: KubernetesTargetRef, colour: Colour, read: ReadColour | undefined): void {
  const label = labelOf(ref);
  if (!read || read.slim.selector.matchLabels?.[label] === colour) return;
  const what = `deployment ${ref.namespace}/${read.slim.metadata.name}`;
  throw misconfigured(
    system,
    `the selector of ${what} does not say "${label}: ${colour}", as its pods do: make it anew with that in matchLabels`,
  );
}

function declaredColour(system: string, ref: KubernetesTargetRef, workload: Workload): ColourWorkload {
  const image = workload.containers.find(({ name }) => name === ref.container)?.image;
  if (image === undefined) {
    const names = workload.containers.map(({ name }) => name).join(", ");
    const what = `deployment ${ref.namespace}/${workload.metadata.name}`;
    throw misconfigured(system, `${what} has no container "${ref.container}"; it has: ${names}`);
  }
  return {
    name: `deployment ${ref.namespace}/${workload.metadata.name}`,
    digest: digestOfImage(image),
    promotion: workload.metadata.annotations[promotionAnnotation],
    generation: annotatedGeneration(system, workload),
    targetGeneration: workload.metadata.generation,
    replicas: workload.replicas,
    fence: workload.metadata.resourceVersion,
  };
}
