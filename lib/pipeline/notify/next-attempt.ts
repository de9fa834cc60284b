const pausesMs = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 3_600_000];

/** How often a notification is sent in all before it is given up. */
export const attemptsMax = pausesMs.length + 1;

/** A refusal of the other side, or that it gave no answer. `retryAfterMs` is its own wish. */
export interface Refusal {
  retryable: boolean;
  retryAfterMs?: number | undefined;
}

/**
 * What follows when attempt number `attempts` (from 1) came to nothing: another one after a pause, or none. A wish to
 * be left alone for longer is granted, up to a day. Whoever tries a subscription is answered at once.
 */
export function nextAttempt(attempts: number, refusal: Refusal, isTest: boolean): { pauseMs: number } | "dead" {
  const pauseMs = pausesMs[attempts - 1];
  if (!refusal.retryable || isTest || pauseMs === undefined) return "dead";
  return { pauseMs: Math.min(Math.max(pauseMs, refusal.retryAfterMs ?? 0), 86_400_000) };
}
