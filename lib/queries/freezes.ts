import { type CalendarState, type Closing, calendarAt, closingsBetween } from "@/lib/pipeline/calendar/closings";
import type { FreezeConfig } from "@/lib/pipeline/gates/freeze-config";
import type { EnvironmentPolicy } from "@/lib/pipeline/policy/environment";

/** A freeze of an environment as its page shows it. Times are ISO 8601, UTC. */
export interface FreezeView {
  timezone: string;
  /** It is judged and recorded, and closes nothing. */
  shadow: boolean;
  exempt: FreezeConfig["exempt"];
  appliesTo: FreezeConfig["appliesTo"];
  /** How it stands now; null where this version cannot read the calendar: then nobody passes. */
  state: CalendarState | null;
  /** What is closed from now until `shownUntil`, the first one first. */
  closings: Closing[];
  shownUntil: string;
}

const shownMs = 28 * 86_400_000;
const closingsShown = 12;

/** The freezes of an environment, with what they close in the coming four weeks. */
export function freezesIn({ gates }: Pick<EnvironmentPolicy, "gates">, now: string): FreezeView[] {
  const shownUntil = new Date(Date.parse(now) + shownMs).toISOString();
  return gates.flatMap((gate): FreezeView[] => {
    if (gate.kind !== "freeze") return [];
    const { timezone, exempt, appliesTo } = gate;
    const base = { timezone, shadow: gate.shadow === true, exempt, appliesTo, shownUntil };
    try {
      const closings = closingsBetween(gate, now, shownUntil, closingsShown);
      return [{ ...base, state: calendarAt(gate, now), closings }];
    } catch {
      return [{ ...base, state: null, closings: [] }];
    }
  });
}
