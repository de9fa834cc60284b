import { parseAsInteger, parseAsString } from "nuqs/server";

/** Which part of the lists is looked at, as it stands in the address. */
export const environmentParams = {
  offset: parseAsInteger.withDefault(0),
  before: parseAsString,
};

/** The address of an environment's view. */
export function environmentPath(
  place: { project: string; environment: string },
  { offset, before }: { offset: number; before: string | null },
): string {
  const query = new URLSearchParams();
  if (offset > 0) query.set("offset", String(offset));
  if (before) query.set("before", before);
  const base = `/api/view/environments/${encodeURIComponent(place.project)}/${encodeURIComponent(place.environment)}`;
  return query.size === 0 ? base : `${base}?${query}`;
}
