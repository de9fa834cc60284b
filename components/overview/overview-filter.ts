import type { MatrixShow } from "@/lib/queries/matrix-input";

/** The chips above the matrix, in their order. */
export const matrixChips = [
  { show: "all", label: "All" },
  { show: "canMove", label: "Can move" },
  { show: "inFlight", label: "In flight" },
  { show: "waiting", label: "Waiting" },
  { show: "stopped", label: "Stopped" },
  { show: "unhealthy", label: "Unhealthy" },
  { show: "drift", label: "Drift" },
] as const satisfies { show: MatrixShow; label: string }[];

/** What of the filter the server reads from the address; whatever it does not understand is left out. */
export function readFilter(address: Record<string, string | string[] | undefined>): { text: string; show: MatrixShow } {
  const [text, show] = [address.text, address.show].map((value) => (Array.isArray(value) ? value[0] : value) ?? "");
  return { text: text ?? "", show: matrixChips.find((chip) => chip.show === show)?.show ?? "all" };
}

/** What decides which services there are; the environments only decide which columns are drawn. */
export interface ServicesFilter {
  text: string;
  show: MatrixShow;
  /** Left out where every project is in sight. */
  projects?: string[];
}

/** Services that are asked for at once. */
export const windowSize = 60;

/** The projects to ask for: none by name where all are in sight, so that the address stays short. */
export function projectsAsked(all: readonly string[], inSight: readonly string[]): string[] | undefined {
  return inSight.length === all.length ? undefined : [...inSight];
}

/** The address of window number `place`. */
export function windowPath({ text, show, projects }: ServicesFilter, place: number): string {
  const query = new URLSearchParams({ offset: String(place * windowSize), limit: String(windowSize) });
  if (text.trim() !== "") query.set("text", text.trim());
  if (show !== "all") query.set("show", show);
  if (projects) query.set("projects", projects.join(","));
  return `/api/view/matrix?${query}`;
}

/** The address of what stands above the matrix. */
export function overviewPath(projects: string[] | undefined): string {
  return projects ? `/api/view/overview?projects=${projects.join(",")}` : "/api/view/overview";
}
