import { digestOfImage } from "@/lib/adapters/kubernetes/image-reference";
import type { Workload } from "@/lib/adapters/kubernetes/objects";
import { annotatedGeneration, promotionAnnotation, workloadName } from "@/lib/adapters/kubernetes/plan";
import { type Digest, shortDigest } from "@/lib/pipeline/release/digest";
import type { OrderedBy } from "@/lib/ports/canary-target";
import type { DelegatedOutcome } from "@/lib/ports/delegated-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

/** The digest that the target's container asks for; undefined where it goes by a tag, or is not there. */
export function digestIn(workload: Workload | undefined, ref: KubernetesTargetRef): Digest | undefined {
  return digestOfImage(workload?.containers.find(({ name }) => name === ref.container)?.image);
}

/**
 * What speaks against a command about `digest` on behalf of `by`, as drift; undefined where nothing does. Throws
 * `conflict`, final, where the workload carries a higher generation.
 */
export function checkOrder(
  system: string,
  ref: KubernetesTargetRef,
  workload: Workload | undefined,
  { digest, by }: { digest: Digest; by: OrderedBy },
): DelegatedOutcome | undefined {
  const what = workloadName(ref);
  const expected = `${shortDigest(digest)} of ${by.promotion}`;
  if (!workload) return { kind: "drift", found: `no ${what}`, expected };
  const generation = annotatedGeneration(system, workload);
  if (generation > by.generation) {
    const message = `${what}: generation ${by.generation} is behind ${generation}, which it carries`;
    throw new ExternalError({ system, code: "conflict", message, retryable: false });
  }
  const found = digestIn(workload, ref);
  const promotion = workload.metadata.annotations[promotionAnnotation];
  if (found === digest && promotion === by.promotion) return undefined;
  const stands = `${what} with ${found === undefined ? "no digest" : shortDigest(found)} of ${promotion ?? "nobody"}`;
  return { kind: "drift", found: stands, expected };
}
