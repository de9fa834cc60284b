import type { Selector } from "@/lib/adapters/kubernetes/objects";
import type { KubernetesTargetRef } from "@/lib/ports/deploy-target";
import { ExternalError } from "@/lib/ports/external-error";

export type ResourceKind = "deployments" | "statefulsets" | "rollouts" | "replicasets" | "pods" | "services";

/** Argo Rollouts has had no other version of its kinds. */
export const rolloutsApi = "/apis/argoproj.io/v1alpha1";

/** Kubernetes object names (RFC 1123 subdomain): what else stands in a path could lead to another one. */
const nameForm = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** The name, or a refusal of what could lead to another path. */
export function checkedName(system: string, what: string, name: string): string {
  if (nameForm.test(name) && !name.includes("..")) return name;
  const message = `${what} "${name}" is not a Kubernetes name: lower-case letters, digits, "-" and "."`;
  throw new ExternalError({ system, code: "invalid", message, retryable: false });
}

/** The path of a kind's list in one namespace. */
export function listPath(system: string, kind: ResourceKind, namespace: string): string {
  const api = kind === "pods" || kind === "services" ? "/api/v1" : kind === "rollouts" ? rolloutsApi : "/apis/apps/v1";
  return `${api}/namespaces/${checkedName(system, "namespace", namespace)}/${kind}`;
}

const workloadKinds = { deployment: "deployments", statefulSet: "statefulsets", rollout: "rollouts" } as const;

export function workloadKind(ref: KubernetesTargetRef): "deployments" | "statefulsets" | "rollouts" {
  return workloadKinds[ref.workload.kind];
}

export function workloadPath(system: string, ref: KubernetesTargetRef): string {
  const name = checkedName(system, "workload", ref.workload.name);
  return `${listPath(system, workloadKind(ref), ref.namespace)}/${name}`;
}

/** A pod's own path. */
export function podPath(system: string, namespace: string, pod: string): string {
  return `${listPath(system, "pods", namespace)}/${checkedName(system, "pod", pod)}`;
}

export function eventsPath(system: string, namespace: string): string {
  return `/api/v1/namespaces/${checkedName(system, "namespace", namespace)}/events`;
}

/** A label selector in the form that a query takes. */
export function selectorQuery(selector: Selector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).flatMap(({ key, operator, values = [] }) => {
    if (key === undefined) return [];
    if (operator === "In") return [`${key} in (${values.join(",")})`];
    if (operator === "NotIn") return [`${key} notin (${values.join(",")})`];
    return operator === "DoesNotExist" ? [`!${key}`] : [key];
  });
  return [...labels, ...expressions].join(",");
}
