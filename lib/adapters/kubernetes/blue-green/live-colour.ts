import { fields, type Metadata, metadataOf, texts, type Workload } from "@/lib/adapters/kubernetes/objects";
import { promotionAnnotation, shownGeneration } from "@/lib/adapters/kubernetes/plan";
import type { Colour } from "@/lib/ports/blue-green-target";
import type { KubernetesTargetRef, TargetObservation } from "@/lib/ports/deploy-target";

/** A Service as far as it chooses a colour. */
export interface ColourService {
  metadata: Metadata;
  selector: Record<string, string>;
}

/** What is read of a Service as the API sends it. */
export function slimService(object: unknown): ColourService {
  const whole = fields(object);
  return { metadata: metadataOf(whole), selector: texts(fields(whole.spec).selector) };
}

export const colours = ["blue", "green"] as const satisfies readonly Colour[];

export function labelOf(ref: KubernetesTargetRef): string {
  return ref.colourLabel ?? "version";
}

/** The names that the workload of a colour may have: the target's own, and that with the colour behind it. */
export function candidateNames({ workload: { name } }: KubernetesTargetRef): string[] {
  return [name, ...colours.map((colour) => `${name}-${colour}`)];
}

export function otherColour(colour: Colour): Colour {
  return colour === "blue" ? "green" : "blue";
}

/** The colour that a Service's selector names, or why it names none, with what to do. */
export function selectedColour(
  ref: KubernetesTargetRef,
  service: ColourService | undefined,
): { colour: Colour; problem?: undefined } | { colour?: undefined; problem: string } {
  const name = `Service ${ref.namespace}/${ref.service ?? ""}`;
  if (!service) return { problem: `there is no ${name}` };
  const label = labelOf(ref);
  const value = service.selector[label];
  const colour = colours.find((one) => one === value);
  if (colour) return { colour };
  const found = value === undefined ? `has no "${label}"` : `says "${label}: ${value}"`;
  return {
    problem: `the selector of ${name} ${found}: let it say "${label}: blue", as the labels of the live pods do`,
  };
}

/** The workload whose pods carry the colour; two of one colour are told as both. */
export function workloadsOf(
  ref: KubernetesTargetRef,
  colour: Colour,
  workloads: ReadonlyMap<string, Workload>,
): Workload[] {
  const found = candidateNames(ref).flatMap((name) => workloads.get(name) ?? []);
  return found.filter((one) => one.template.labels[labelOf(ref)] === colour);
}

/** Which workload takes the traffic, and what the observation of it must say beside what the workload says itself. */
export interface LiveChoice {
  workload: Workload | undefined;
  service: ColourService | undefined;
  colour: NonNullable<TargetObservation["colour"]>;
}

/**
 * The live workload of a target with a Service: that of the colour which the Service selects. Where it selects no colour
 * the target's own workload is the one, and `problem` says why it cannot go by colours.
 */
export function chooseLive(
  ref: KubernetesTargetRef,
  service: ColourService | undefined,
  workloads: ReadonlyMap<string, Workload>,
): LiveChoice {
  const { colour, problem } = selectedColour(ref, service);
  if (problem !== undefined) {
    return { workload: workloads.get(ref.workload.name), service, colour: { live: undefined, problem } };
  }
  const [workload, second] = workloadsOf(ref, colour, workloads);
  const label = labelOf(ref);
  const wrong = second
    ? `deployments ${workload?.metadata.name} and ${second.metadata.name} both carry "${label}: ${colour}"`
    : workload
      ? undefined
      : `no deployment ${candidateNames(ref).join(", ")} has pods labelled "${label}: ${colour}"`;
  return { workload, service, colour: { live: colour, problem: wrong } };
}

/** Who ordered what takes the traffic: the workload's order or the Service's, whichever came later. */
export function withColour(seen: TargetObservation, { service, colour }: LiveChoice): TargetObservation {
  const switched = service ? shownGeneration(service.metadata) : 0;
  const failure =
    !seen.exists && colour.problem !== undefined ? { reason: "NoLiveColour", message: colour.problem } : seen.failure;
  const newest =
    switched > seen.generation
      ? { generation: switched, promotion: service?.metadata.annotations[promotionAnnotation] }
      : {};
  const { resourceVersion: version, uid: serviceUid } = service?.metadata ?? {};
  return { ...seen, ...newest, failure, colour: { ...colour, version, serviceUid } };
}
