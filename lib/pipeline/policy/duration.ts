import { z } from "zod";

const unitsMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
const form = /^([1-9][0-9]{0,8})([smhd])$/;

/** The longest span that a project file may name: 366 days. */
export const durationMsMax = 366 * unitsMs.d;

/** Milliseconds of `90s`, `15m`, `2h` or `7d`; undefined for any other text, so also for `0s`, `1.5h` and `90`. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = form.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * unitsMs[unit as keyof typeof unitsMs];
}

/** The shortest way to write whole seconds: 7_200_000 is `2h`, 90_000 is `90s`. What is below a second is cut off. */
export function formatDuration(ms: number): string {
  for (const [unit, unitMs] of Object.entries(unitsMs)) {
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${Math.trunc(ms / unitsMs.s)}s`;
}

/** A duration of the project file, read into milliseconds. */
export const duration = z
  .string()
  .regex(form)
  .refine((text) => (parseDuration(text) ?? 0) <= durationMsMax)
  // The regular expression has passed by now, so the text parses.
  .transform((text) => parseDuration(text) as number)
  .meta({ description: "a duration above zero: 90s, 15m, 2h or 7d, 366d at most" });
