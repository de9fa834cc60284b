import { createParser, parseAsInteger, parseAsString, parseAsStringLiteral } from "nuqs/server";

/** The groups of entries, in the order of their chips. */
export const entryGroups = [
  { value: "promotions", label: "Promotions" },
  { value: "approvals", label: "Approvals" },
  { value: "gates", label: "Gates" },
  { value: "rollouts", label: "Rollouts" },
  { value: "releases", label: "Releases" },
  { value: "stops", label: "Holds and blocks" },
  { value: "drift", label: "Drift" },
  { value: "settings", label: "Settings" },
] as const;

/** A moment, in whatever form of ISO 8601; what is none counts as not given. */
const parseAsMoment = createParser({
  parse: (text: string) => (Number.isNaN(Date.parse(text)) ? null : new Date(text).toISOString()),
  serialize: (moment: string) => moment,
});

/** The filter as it stands in the address; `from` and `to` are ISO 8601, `entry` is the one that is laid open. */
export const historyParams = {
  project: parseAsString,
  kind: parseAsStringLiteral(entryGroups.map((group) => group.value)),
  environment: parseAsString,
  service: parseAsString,
  release: parseAsString,
  promotion: parseAsString,
  by: parseAsString,
  from: parseAsMoment,
  to: parseAsMoment,
  before: parseAsInteger,
  after: parseAsInteger,
  entry: parseAsInteger,
};

export type HistoryParams = {
  [Key in Exclude<keyof typeof historyParams, "kind" | "before" | "after" | "entry">]: string | null;
} & {
  kind: (typeof entryGroups)[number]["value"] | null;
  before: number | null;
  after: number | null;
  entry: number | null;
};

/** What of the filter narrows the list; the place in it does not. */
export const narrowing = ["kind", "environment", "service", "release", "promotion", "by", "from", "to"] as const;

/** The filter that a query takes: what the address names, of one project. */
export function historyFilter(params: HistoryParams, project: string) {
  const keys = [...narrowing, "before", "after"] as const;
  const named = keys.flatMap((key) => (params[key] === null ? [] : [[key, String(params[key])]]));
  return { project, ...Object.fromEntries(named) } as Record<string, string>;
}

/** The address of the view that a filter asks for. */
export function historyPath(params: HistoryParams, project: string): string {
  return `/api/view/history?${new URLSearchParams(historyFilter(params, project))}`;
}

/** The address of everything that a filter matches, as CSV; the place in the list does not count. */
export function csvPath(params: HistoryParams, project: string): string {
  return `/api/view/history-csv?${new URLSearchParams(historyFilter({ ...params, before: null, after: null }, project))}`;
}

/** `2026-11-21T10:00` on the reader's own clock, as the browser's field for a time wants it; "" for none. */
export function toField(iso: string | null): string {
  if (!iso || Number.isNaN(Date.parse(iso))) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What the field holds as ISO 8601 in UTC; null where it is empty or half filled. */
export function fromField(text: string): string | null {
  const at = new Date(text);
  return text === "" || Number.isNaN(at.getTime()) ? null : at.toISOString();
}
