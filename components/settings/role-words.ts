import type { PeopleView } from "@/lib/queries/settings-people";

type Role = PeopleView["roles"]["roles"][number];
type Reach = PeopleView["roles"]["rows"][number]["reach"];
type Action = PeopleView["people"][number]["may"][number]["action"];

/** What a token may be limited to: a role, or to be an alarm. */
export const tokenRoleWords: Record<Role | "alarm", string> = {
  viewer: "viewer",
  releaseManager: "release manager",
  approver: "approver",
  overrider: "overrider",
  administrator: "administrator",
  alarm: "alarm: reports triggers, sees nothing",
};

export const roleWords: Record<Role, string> = {
  viewer: "viewer",
  releaseManager: "release manager",
  approver: "approver",
  overrider: "overrider",
  administrator: "administrator",
};

/** What may be done, as one says it after "may". */
export const actionWords: Record<Action, string> = {
  view: "view",
  announce: "announce releases",
  createToken: "make tokens",
  promote: "promote",
  approve: "approve",
  reject: "reject",
  abort: "abort",
  pause: "pause and resume rollouts in steps",
  skipStep: "skip a rollout's analysis",
  fireTrigger: "report triggers",
  rollBack: "roll back",
  hold: "hold",
  release: "lift holds",
  block: "block",
  unblock: "unblock",
  pin: "pin and unpin",
  reportCheck: "report checks",
  tick: "tick checklists",
  override: "override gates",
  reviewOverride: "review overrides",
  adoptDrift: "adopt drift",
  revertDrift: "revert drift",
  configure: "change the file",
  administer: "administer the installation",
};

/** Where a right counts that somebody has by a role. */
export const reachWords: Record<Reach, string> = {
  environment: "where the role holds",
  project: "in the project",
  wholeProject: "if the role holds everywhere",
  instance: "in the installation",
};

/** What somebody may do, by where: everywhere first, then by environments. */
export function rightsWords(
  may: { action: Action; environments: string[] | null }[],
): { where: string; what: string }[] {
  const byPlace = new Map<string, string[]>();
  for (const { action, environments } of may) {
    const where = environments === null ? "" : environments.join(", ");
    byPlace.set(where, [...(byPlace.get(where) ?? []), actionWords[action]]);
  }
  return [...byPlace]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([where, what]) => ({ where: where === "" ? "everywhere" : `in ${where}`, what: what.join(", ") }));
}
