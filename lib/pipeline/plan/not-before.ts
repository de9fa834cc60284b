import { z } from "zod";

/** So far ahead may a promotion be asked for, in milliseconds: 90 days. */
const aheadMsMax = 90 * 86_400_000;

/** A moment as people and programs write it: ISO 8601 with Z or an offset. */
export const notBefore = z.iso
  .datetime({ offset: true, error: "must be a moment with its zone, such as 2026-11-27T09:00:00Z" })
  .meta({ description: "it does not start before this moment, 90 days ahead at most" });

/** The moment in UTC with milliseconds, as plans hold it. */
export function asMoment(text: string): string {
  return new Date(text).toISOString();
}

/** Why nothing can be asked for at this moment; undefined where it can. Both are ISO 8601, UTC. */
export function notBeforeProblem(moment: string, now: string): string | undefined {
  if (moment <= now) return "must lie ahead";
  return Date.parse(moment) - Date.parse(now) > aheadMsMax ? "must be 90 days ahead at most" : undefined;
}
