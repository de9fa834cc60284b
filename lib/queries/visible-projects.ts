import { can } from "@/lib/auth/permissions";
import { EVERY_PROJECT, type Principal, personOf } from "@/lib/auth/principal";

/**
 * The projects that the principal may see, without asking the database; null means every one. With `wanted`, only those
 * of it: a name that may not be seen is left out, as one that does not exist would be.
 */
export function projectsInSightOf(principal: Principal, wanted?: readonly string[]): string[] | null {
  const person = personOf(principal);
  const isEvery = principal.kind === "person" || principal.project === EVERY_PROJECT;
  if (person.administrator && isEvery) return wanted ? [...new Set(wanted)] : null;
  const named = isEvery ? person.grants.map((grant) => grant.project) : [principal.project];
  const visible = [...new Set(named)].filter((project) => can(principal, "view", { project }));
  return wanted ? visible.filter((project) => wanted.includes(project)) : visible;
}
