const leadMsMax = 4 * 3_600_000;
const leadMsMin = 5 * 60_000;

/**
 * When to remind of an approval that is still asked for: with a quarter of the time left, four hours at most. Undefined
 * where that would be less than five minutes before the end: whoever was asked was asked just now.
 */
export function reminderAt(requestedAt: string, expiresAt: string): string | undefined {
  const ends = Date.parse(expiresAt);
  const leadMs = Math.min(leadMsMax, (ends - Date.parse(requestedAt)) / 4);
  return leadMs < leadMsMin ? undefined : new Date(ends - leadMs).toISOString();
}
