const dayMs = 86_400_000;

/** How long until just after the soonest of these moments, for a view that the clock changes; false where none is known. */
export function msUntil(moments: readonly (string | null | undefined)[]): number | false {
  const [soonest] = moments.filter((at) => at !== null && at !== undefined).sort();
  if (soonest === undefined) return false;
  // A timer holds 24 days at most; whoever looks so long reads the view again once a day.
  return Math.min(Math.max(Date.parse(soonest) - Date.now() + 500, 1_000), dayMs);
}
