import { parseAsString } from "nuqs/server";

/** The filter as it stands in the address. */
export const releasesParams = {
  project: parseAsString,
  service: parseAsString,
  text: parseAsString,
  after: parseAsString,
};

export interface ReleasesParams {
  project: string | null;
  service: string | null;
  text: string | null;
  after: string | null;
}

/** The address of the view that a filter asks for; without a project of its own, over the projects in sight. */
export function releasesPath(params: ReleasesParams, inSight: readonly string[]): string {
  const query = new URLSearchParams();
  for (const project of params.project ? [params.project] : inSight) query.append("project", project);
  for (const key of ["service", "text", "after"] as const) {
    const value = params[key];
    if (value) query.set(key, value);
  }
  return `/api/view/releases?${query}`;
}
