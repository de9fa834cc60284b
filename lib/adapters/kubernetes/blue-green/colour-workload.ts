import { labelOf } from "@/lib/adapters/kubernetes/blue-green/live-colour";
import { annotate } from "@/lib/adapters/kubernetes/canary/weights";
import type { PatchOperation } from "@/lib/adapters/kubernetes/client";
import { pinnedImage } from "@/lib/adapters/kubernetes/image-reference";
import { fields, list, type Metadata } from "@/lib/adapters/kubernetes/objects";
import { generationAnnotation, promotionAnnotation } from "@/lib/adapters/kubernetes/plan";
import type { Colour, ColourOrder } from "@/lib/ports/blue-green-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";

/** What the idle colour is to be: the live Deployment as the API sent it, under the other colour, with the order's digest. */
export interface ColourWish {
  ref: KubernetesTargetRef;
  colour: Colour;
  order: ColourOrder;
  live: unknown;
  replicas: number;
}

function templateOf({ ref, colour, order, live }: ColourWish) {
  const { metadata, spec } = fields(fields(fields(live).spec).template);
  const image = pinnedImage(order.image, order.digest);
  const containers = list(fields(spec).containers).map((container) =>
    fields(container).name === ref.container ? { ...fields(container), image } : container,
  );
  const labels = { ...fields(fields(metadata).labels), [labelOf(ref)]: colour };
  return { metadata: { ...fields(metadata), labels }, spec: { ...fields(spec), containers } };
}

function annotationsOf({ promotion, generation }: ColourOrder): Record<string, string> {
  return { [promotionAnnotation]: promotion, [generationAnnotation]: String(generation) };
}

/**
 * A new Deployment for a colour that was never made. The live one's own labels are not taken over: a tool that prunes
 * what it does not know by them would take it away.
 */
export function newColour(wish: ColourWish): unknown {
  const { ref, colour, order, live, replicas } = wish;
  const spec = fields(fields(live).spec);
  const selector = fields(spec.selector);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: `${ref.workload.name}-${colour}`,
      namespace: ref.namespace,
      labels: { [labelOf(ref)]: colour, "app.kubernetes.io/managed-by": "waybill" },
      annotations: annotationsOf(order),
    },
    spec: {
      ...spec,
      replicas,
      progressDeadlineSeconds: order.deadlineSeconds,
      selector: { ...selector, matchLabels: { ...fields(selector.matchLabels), [labelOf(ref)]: colour } },
      template: templateOf(wish),
    },
  };
}

/** The patch that makes the colour of before into that of the wish; its selector cannot change, and fits already. */
export function renewColour(before: Metadata, wish: ColourWish): PatchOperation[] {
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: before.resourceVersion },
    ...annotate(before, annotationsOf(wish.order)),
    { op: "add", path: "/spec/progressDeadlineSeconds", value: wish.order.deadlineSeconds },
    { op: "replace", path: "/spec/template", value: templateOf(wish) },
    { op: "replace", path: "/spec/replicas", value: wish.replicas },
  ];
}
