import { isOpen, type Verdict } from "@/lib/pipeline/gates/gate";

/** Gates that time alone opens, at a moment that is known: a forecast of other gates may move on for ever. */
const byTheClock: ReadonlySet<string> = new Set(["schedule", "freeze", "soak"]);

/** When the last gate that time alone opens is expected to open; undefined where none is waited for. */
export function lastOpening(verdicts: readonly Verdict[]): string | undefined {
  return verdicts
    .flatMap((one) => (isOpen(one) || !byTheClock.has(one.gate) || !one.opensAt ? [] : [one.opensAt]))
    .sort()
    .at(-1);
}

/** The same where nothing else is waited for: no person, no event, nothing that is not known. */
export function opensByItself(verdicts: readonly Verdict[]): string | undefined {
  const closed = verdicts.filter((one) => !isOpen(one));
  const clocked = closed.every((one) => byTheClock.has(one.gate) && one.status === "wait" && one.opensAt !== undefined);
  return clocked ? lastOpening(verdicts) : undefined;
}
