/** Remembers in this browser which projects are in sight: their names with dots between them. */
export const projectsCookie = "waybill_projects";

/** The projects in sight out of all that may be seen; all of them where nothing (or nothing known) was chosen. */
export function chosenProjects(all: readonly string[], cookie: string | undefined): string[] {
  const names = (cookie ?? "").split(".");
  const chosen = all.filter((project) => names.includes(project));
  return chosen.length > 0 ? chosen : [...all];
}

/** The value of the cookie; "" for all projects, those to come included. */
export function projectsCookieValue(all: readonly string[], inSight: readonly string[]): string {
  return inSight.length === all.length ? "" : inSight.join(".");
}
