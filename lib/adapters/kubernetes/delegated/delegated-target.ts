import { argoTarget } from "@/lib/adapters/kubernetes/delegated/argo-target";
import { flaggerTarget } from "@/lib/adapters/kubernetes/delegated/flagger-target";
import type { DelegatedTarget } from "@/lib/ports/delegated-target";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";

/** Workloads of one cluster that a controller owns: Flagger where a Canary is named, else Argo Rollouts. */
export function createDelegatedTarget(calls: Parameters<typeof argoTarget>[0]): DelegatedTarget {
  const [argo, flagger] = [argoTarget(calls), flaggerTarget(calls)];
  const of = (ref: KubernetesTargetRef) => (ref.canary === undefined ? argo : flagger);
  return {
    look: (ref, signal) => of(ref).look(ref, signal),
    tell: (ref, order, signal) => of(ref).tell(ref, order, signal),
  };
}
