import { parseAsString } from "nuqs/server";

/** The filter as it stands in the address. */
export const servicesParams = { project: parseAsString, text: parseAsString, after: parseAsString };

export interface ServicesParams {
  project: string | null;
  text: string | null;
  after: string | null;
}

/** The address of the view that a filter asks for; without a project of its own, over the projects in sight. */
export function servicesPath(params: ServicesParams, inSight: readonly string[]): string {
  const query = new URLSearchParams();
  for (const project of params.project ? [params.project] : inSight) query.append("project", project);
  for (const key of ["text", "after"] as const) {
    const value = params[key];
    if (value) query.set(key, value);
  }
  return `/api/view/services?${query}`;
}
