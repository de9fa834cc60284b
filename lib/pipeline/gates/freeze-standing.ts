import { type Calendar, calendarAt } from "@/lib/pipeline/calendar/closings";
import { wallWords } from "@/lib/pipeline/calendar/wall-words";
import type { EnvironmentPolicy } from "@/lib/pipeline/policy/environment";

/** How several calendars together stand at a moment. Times are ISO 8601, UTC. */
export type FreezeStanding =
  | { state: "open"; closesAt: string | null }
  /** `opensAt` null: no opening is known. */
  | { state: "closed"; by: string[]; timezone: string; opensAt: string | null }
  /** A calendar cannot be read by this version: nobody may take it for open. */
  | { state: "unknown" };

/** The calendars that close an environment for what people ask for; one in shadow closes nothing. */
export function freezesOf({ gates }: Pick<EnvironmentPolicy, "gates">): Calendar[] {
  return gates.flatMap((gate) => {
    if (gate.kind !== "freeze" || gate.shadow || !gate.appliesTo.includes("promote")) return [];
    const { timezone, deny, allow } = gate;
    return [{ timezone, deny, allow }];
  });
}

// Calendars that open one after another for so long are not worth more than "no known opening".
const roundsMax = 100;

/** Open where all of them are; the opening is the first moment at which none of them is closed. */
export function freezeStanding(calendars: readonly Calendar[], now: string): FreezeStanding {
  try {
    const states = calendars.map((calendar) => ({ calendar, state: calendarAt(calendar, now) }));
    const closed = states.filter(({ state }) => !state.open);
    const [first] = closed;
    if (!first) {
      const [closesAt = null] = states.flatMap(({ state }) => state.closesAt ?? []).sort();
      return { state: "open", closesAt };
    }
    const by = [...new Set(closed.flatMap(({ state }) => state.closedBy))];
    return { state: "closed", by, timezone: first.calendar.timezone, opensAt: nextOpening(calendars, now) };
  } catch {
    return { state: "unknown" };
  }
}

function nextOpening(calendars: readonly Calendar[], now: string): string | null {
  let at = now;
  for (let round = 0; round < roundsMax; round += 1) {
    const shut = calendars.map((calendar) => calendarAt(calendar, at)).find((state) => !state.open);
    if (!shut) return at;
    if (shut.opensAt === null) return null;
    at = shut.opensAt;
  }
  return null;
}

/** `no Friday deploys, opens Mon 11 May 2026 00:00 Europe/Paris`. */
export function closedNote({ by, timezone, opensAt }: FreezeStanding & { state: "closed" }): string {
  return `${by.join(", ")}, ${opensAt === null ? "no known end" : `opens ${wallWords(opensAt, timezone)}`}`;
}
