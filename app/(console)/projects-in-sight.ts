import { cookies } from "next/headers";
import { cache } from "react";
import { chosenProjects, projectsCookie } from "@/components/shell/projects-cookie";
import type { Principal } from "@/lib/auth/principal";
import { getPool } from "@/lib/db/pool";
import { loadVisibleProjects } from "@/lib/queries/shell";

/** The projects that somebody may see, and those that they look at; asked once a request. */
export const projectsInSight = cache(async (principal: Principal): Promise<{ all: string[]; inSight: string[] }> => {
  const all = await loadVisibleProjects(getPool(), principal);
  const cookie = (await cookies()).get(projectsCookie)?.value;
  return { all, inSight: chosenProjects(all, cookie) };
});
