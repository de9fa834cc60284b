import type { OutsideFact } from "@/lib/pipeline/gates/gate";

/** What an outside system could not say may be known at any moment. */
const troubleMs = 15_000;

/**
 * When a gate is to be asked again that needs these facts of outside systems: at once where nobody has asked for one yet,
 * soon where one is in trouble; undefined where all of them are known.
 */
export function askAgainAt(
  facts: readonly (OutsideFact<unknown> | null | undefined)[],
  now: string,
): string | undefined {
  if (facts.some((fact) => !fact)) return now;
  if (facts.every((fact) => fact?.trouble === undefined)) return undefined;
  return new Date(Date.parse(now) + troubleMs).toISOString();
}
