import { projectsInSight } from "@/app/(console)/projects-in-sight";
import type { Principal } from "@/lib/auth/principal";

export type SettingsSearch = Promise<{ project?: string | string[]; new?: string | string[] }>;

/** The project that a page of the settings is about: the address's, else the first in sight; undefined without any. */
export async function chosenProject(principal: Principal, search: SettingsSearch): Promise<string | undefined> {
  const { project } = await search;
  if (typeof project === "string" && project !== "") return project;
  return (await projectsInSight(principal)).inSight[0];
}
