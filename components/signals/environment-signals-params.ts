import { parseAsInteger, parseAsStringLiteral } from "nuqs/server";
import { type SignalSort, signalSorts } from "@/lib/pipeline/signal/signal-sorts";

/** Which part of the signals is looked at, and in which order, as it stands in the address. */
export const environmentSignalsParams = {
  sort: parseAsStringLiteral(signalSorts).withDefault("file"),
  signals: parseAsInteger.withDefault(0),
};

/** The address of the signals of an environment. */
export function environmentSignalsPath(
  place: { project: string; environment: string },
  { sort, offset }: { sort: SignalSort; offset: number },
): string {
  const query = new URLSearchParams({ project: place.project, environment: place.environment });
  if (offset > 0) query.set("offset", String(offset));
  if (sort !== "file") query.set("sort", sort);
  return `/api/view/signals/environment?${query}`;
}
