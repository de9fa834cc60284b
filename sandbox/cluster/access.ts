import type { Resource } from "./objects";
import { forbidden, StatusError, unauthorized } from "./status-error";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

/** What deploy/rbac.yaml grants; the `waybill` token can do this and no more. */
const waybillMay: Record<string, Verb[]> = {
  deployments: ["get", "list", "watch", "patch"],
  statefulsets: ["get", "list", "watch", "patch"],
  replicasets: ["get", "list", "watch"],
  pods: ["get", "list", "watch"],
  events: ["get", "list", "watch"],
};

/** Who calls: no token is `system:anonymous`, an unknown one is 401, as on a real server. */
export function authenticate(authorization: string | undefined, tokens: { admin: string; waybill: string }): string {
  if (authorization === undefined) return "system:anonymous";
  if (authorization === `Bearer ${tokens.admin}`) return "admin";
  if (authorization === `Bearer ${tokens.waybill}`) return "waybill";
  throw unauthorized();
}

/** Throws 403 where the user may not; a subresource such as `status` is the administrator's alone. */
export function authorize(
  user: string,
  verb: Verb,
  target: { resource: Resource; namespace?: string; name?: string; subresource?: string },
): void {
  if (user === "admin") return;
  const granted =
    user === "waybill" && target.subresource === undefined && waybillMay[target.resource.plural]?.includes(verb);
  if (granted) return;
  const error = forbidden(user, verb, target.resource, target.namespace, target.name);
  if (target.subresource === undefined) throw error;
  const plural = target.resource.plural;
  const message = error.message.replace(`resource "${plural}"`, `resource "${plural}/${target.subresource}"`);
  throw new StatusError(403, "Forbidden", message, error.details);
}
