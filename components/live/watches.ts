/** One thing that changed, as the stream of changes names it. */
export interface LiveChange {
  project: string;
  kind: string;
  promotion?: string;
  service?: string;
  environment?: string;
}

/** Which changes make a view worth reading again; what is left out limits nothing. */
export interface Watches {
  projects?: readonly string[];
  promotion?: string;
  service?: string;
  environment?: string;
}

/**
 * Whether a change concerns a view. A change that does not name what a view is limited to may concern it: it is read
 * again rather than left old.
 */
export function concerns(change: LiveChange, watches: Watches | undefined): boolean {
  if (!watches) return true;
  if (watches.projects && !watches.projects.includes(change.project)) return false;
  return (["promotion", "service", "environment"] as const).every(
    (name) => watches[name] === undefined || change[name] === undefined || watches[name] === change[name],
  );
}

/** The changes of a message of the stream; none for what is not one. */
export function parseLiveChanges(text: string): LiveChange[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isLiveChange) : [];
  } catch {
    return [];
  }
}

function isLiveChange(value: unknown): value is LiveChange {
  if (typeof value !== "object" || value === null) return false;
  const { project, kind } = value as Record<string, unknown>;
  return typeof project === "string" && typeof kind === "string";
}
