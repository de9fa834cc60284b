import { EVERY_PROJECT, type Principal } from "@/lib/auth/principal";
import { Forbidden, NotFound } from "@/lib/pipeline/errors";
import type { TokenRole } from "@/lib/pipeline/policy/project";

/**
 * Everything somebody may be allowed to do, and how far it reaches. `environment`: counts where the role holds.
 * `project`: counts for whoever has such a role anywhere in the project. `wholeProject`: the role must hold in every
 * environment. `instance`: the installation, not a project.
 */
export const actionReach = {
  view: "project",
  announce: "project",
  createToken: "project",
  promote: "environment",
  approve: "environment",
  reject: "environment",
  abort: "environment",
  pause: "environment",
  skipStep: "environment",
  fireTrigger: "environment",
  rollBack: "environment",
  hold: "environment",
  release: "environment",
  block: "environment",
  unblock: "environment",
  pin: "environment",
  reportCheck: "environment",
  tick: "environment",
  override: "environment",
  reviewOverride: "environment",
  adoptDrift: "environment",
  revertDrift: "environment",
  configure: "wholeProject",
  administer: "instance",
} as const satisfies Record<string, "environment" | "project" | "wholeProject" | "instance">;

export type Action = keyof typeof actionReach;
export const actions = Object.keys(actionReach) as Action[];

/**
 * The one table of roles. A release manager moves and stops, an approver signs and stops: whoever asks for a release
 * cannot sign it by role alone. Both tick checklists, whose items may ask for more. An overrider lets a gate pass in an
 * emergency, which somebody else reviews, and a canary go on without its analysis (`skipStep`): rights that come with no
 * other role than the administrator's. `release` lifts a hold. An alarm is a token in
 * the hands of a machine that reports triggers (`fireTrigger`), and does not even see the project. A project's administrator does not administer the installation.
 */
export const permissions = {
  viewer: ["view"],
  releaseManager: [
    "view",
    "announce",
    "createToken",
    "promote",
    "abort",
    "pause",
    "fireTrigger",
    "rollBack",
    "hold",
    "release",
    "block",
    "pin",
    "reportCheck",
    "tick",
    "adoptDrift",
    "revertDrift",
  ],
  approver: [
    "view",
    "createToken",
    "approve",
    "reject",
    "abort",
    "pause",
    "fireTrigger",
    "hold",
    "block",
    "unblock",
    "tick",
    "reviewOverride",
  ],
  overrider: ["view", "override", "skipStep", "reviewOverride"],
  administrator: actions.filter((action) => action !== "administer"),
  alarm: ["fireTrigger"],
} as const satisfies Record<TokenRole, readonly Action[]>;

/** Where something is to be done: in an environment of a project, in the project, or in the installation. */
export type Scope = { project: string; environment?: string } | { instance: true };

/**
 * Whether `principal` may do `action` in `scope` at this moment; pages, commands and tests all ask here. An environment
 * action without an environment asks for all of them. A token may do what both it and its owner may.
 */
export function can(principal: Principal, action: Action, scope: Scope): boolean {
  if (principal.kind === "token") return tokenReaches(principal, action, scope) && can(principal.owner, action, scope);
  if (principal.administrator) return reachFits(action, scope);
  if ("instance" in scope) return false;
  return principal.grants.some((grant) => grant.project === scope.project && covers(grant, action, scope));
}

/** Throws NotFound to whoever may not even see the project, Forbidden to the others; outside both read the same. */
export function mustBeAbleTo(principal: Principal, action: Action, scope: Scope): void {
  if (can(principal, action, scope)) return;
  const where = "instance" in scope ? "the installation" : `${scope.project}/${scope.environment ?? "*"}`;
  const why = `${principal.kind} ${principal.id} may not ${action} in ${where}`;
  throw "instance" in scope || can(principal, "view", { project: scope.project })
    ? new Forbidden(why)
    : new NotFound(why);
}

/** The projects out of `all` that the principal may see, in the same order. */
export function visibleProjects(principal: Principal, all: readonly string[]): string[] {
  return all.filter((project) => can(principal, "view", { project }));
}

/**
 * Whether `principal` may hand out `role` in `environments` (null: every one) of `project`: nobody hands out more than
 * they may do themselves.
 */
export function mayGrant(
  principal: Principal,
  project: string,
  role: TokenRole,
  environments: string[] | null,
): boolean {
  const scopes: Scope[] =
    environments === null ? [{ project }] : environments.map((environment) => ({ project, environment }));
  return permissions[role].every((action) => {
    // Only a role that holds everywhere carries what concerns the whole project.
    if (actionReach[action] === "wholeProject" && environments !== null) return true;
    return scopes.every((scope) => can(principal, action, scope));
  });
}

function reachFits(action: Action, scope: Scope): boolean {
  return (actionReach[action] === "instance") === "instance" in scope;
}

function covers(
  holder: { role: TokenRole; environments: string[] | null },
  action: Action,
  scope: { environment?: string },
): boolean {
  const allowed: readonly Action[] = permissions[holder.role];
  if (!allowed.includes(action)) return false;
  switch (actionReach[action]) {
    case "project":
      return true;
    case "wholeProject":
      return holder.environments === null;
    case "environment":
      return (
        holder.environments === null ||
        (scope.environment !== undefined && holder.environments.includes(scope.environment))
      );
    case "instance":
      return false;
    default:
      return actionReach[action] satisfies never;
  }
}

function tokenReaches(token: Extract<Principal, { kind: "token" }>, action: Action, scope: Scope): boolean {
  // The installation is reached by a token of an administrator for every project and environment, and by no other.
  if ("instance" in scope) {
    return token.project === EVERY_PROJECT && token.role === "administrator" && token.environments === null;
  }
  return (token.project === EVERY_PROJECT || token.project === scope.project) && covers(token, action, scope);
}
