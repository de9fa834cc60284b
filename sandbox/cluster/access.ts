import type { Resource } from "./objects";
import { forbidden, StatusError, unauthorized } from "./status-error";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** The Role of deploy/rbac.yaml; the `waybill` token can do this in a namespace and no more. */
const waybillMay: Record<string, Verb[]> = {
  deployments: ["get", "list", "watch", "create", "patch"],
  statefulsets: ["get", "list", "watch", "patch"],
  replicasets: ["list", "watch"],
  pods: ["list", "watch"],
  services: ["get", "list", "watch", "patch"],
  "pods/log": ["get"],
  events: ["list"],
  cronjobs: ["get"],
  jobs: ["create", "get"],
  httproutes: ["get", "patch"],
  virtualservices: ["get", "patch"],
  rollouts: ["get", "list", "watch", "patch"],
  "rollouts/status": ["patch"],
  analysisruns: ["get"],
  canaries: ["get", "patch"],
};

/** Who calls: no token is `system:anonymous`, an unknown one is 401, as on a real server. */
export function authenticate(authorization: string | undefined, tokens: { admin: string; waybill: string }): string {
  if (authorization === undefined) return "system:anonymous";
  if (authorization === `Bearer ${tokens.admin}`) return "admin";
  if (authorization === `Bearer ${tokens.waybill}`) return "waybill";
  throw unauthorized();
}

export interface AccessTarget {
  resource: Resource;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/**
 * Throws 403 where the user may not. Roles are bound in namespaces, so across the cluster, and in one for which
 * `isOpen` is false, only the administrator may anything; a subresource such as `status` is his alone too.
 */
export function authorize(
  user: string,
  verb: Verb,
  target: AccessTarget,
  isOpen: (namespace: string) => boolean,
): void {
  const { resource, namespace, name, subresource } = target;
  if (user === "admin") return;
  const bound = user === "waybill" && namespace !== undefined && isOpen(namespace);
  const what = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  if (bound && waybillMay[what]?.includes(verb)) return;
  const error = forbidden(user, verb, resource, namespace, name);
  if (subresource === undefined) throw error;
  const { plural } = resource;
  const message = error.message.replace(`resource "${plural}"`, `resource "${plural}/${subresource}"`);
  throw new StatusError(403, "Forbidden", message, error.details);
}
