/** So many moments are sent at most. */
const momentsMax = 300;

/** Entries that say only how something goes on: the first that are left out of a long row. */
const goingOn: ReadonlySet<string> = new Set(["rollout.stepNoted", "verification.checked", "gates.evaluated"]);

/**
 * The places of a row of entries that a replay shows, in order: all of a usual row. Of a long one those that decide
 * something before those that only go on, evenly over the row; the first and the last are always among them.
 */
export function keptMoments(kinds: readonly string[], max: number = momentsMax): number[] {
  const places = kinds.map((_, index) => index);
  if (places.length <= max) return places;
  const ends = [0, places.length - 1];
  const between = places.slice(1, -1);
  const deciding = between.filter((index) => !goingOn.has(kinds[index] ?? ""));
  const told = evenly(deciding, max - ends.length);
  const others = evenly(
    between.filter((index) => goingOn.has(kinds[index] ?? "")),
    max - ends.length - told.length,
  );
  return [...ends, ...told, ...others].toSorted((one, other) => one - other);
}

function evenly(places: readonly number[], count: number): number[] {
  if (places.length <= count) return [...places];
  return Array.from({ length: count }, (_, index) => places[Math.floor((index * places.length) / count)] ?? 0);
}
