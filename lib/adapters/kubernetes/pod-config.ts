import { type Container, sha256, type Template } from "@/lib/adapters/kubernetes/objects";
import type { TargetConfig } from "@/lib/ports/deploy-target";

/**
 * What the pods run with beside the one image that is deployed: sidecars' images are part of it, the colour is not, so
 * that blue and green made from each other are alike.
 */
export function configOf(
  { template, containers }: { template: Template; containers: Container[] },
  container: string,
  colourLabel: string,
): TargetConfig {
  const { [colourLabel]: _, ...labels } = template.labels;
  const others = containers.filter(({ name }) => name !== container);
  return { hash: sha256({ template: template.hash, labels, others }), reads: template.reads };
}
