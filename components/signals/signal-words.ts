import { clockWords } from "@/components/time/time-words";
import { valueWords } from "@/lib/pipeline/policy/bound";
import { formatDuration } from "@/lib/pipeline/policy/duration";
import type { BudgetView, SignalView } from "@/lib/queries/place-signals";

const names: Record<string, string> = { p50: "duration p50", p95: "duration p95", p99: "duration p99" };

/** What a signal is called in a list: `duration p95`, `errors`. */
export function signalName(name: string): string {
  return names[name] ?? name;
}

/** A number in its unit, as a person reads it: `0.2 %`, `480 ms`, `18.4 /s`. */
export function numberWords({ name, unit }: Pick<SignalView, "name" | "unit">, value: number): string {
  return name === "rate" ? `${valueWords(value, "number")} /s` : valueWords(value, unit);
}

/** All its digits, its unit and when it was read; `zone` is an IANA name, else the machine's own. */
export function exactWords({ name, unit, value, at }: SignalView, zone?: string): string {
  if (value === null || at === null) return "";
  const measure = name === "rate" ? " a second" : { share: " of 1", seconds: " s", bytes: " bytes", number: "" }[unit];
  return `${value}${measure}, read ${clockWords(Date.parse(at), "both", zone)}${zone === "UTC" ? " UTC" : ""}`;
}

/** What it must not go above: `bad above 5 %`, `look above 1 %, bad above 5 %`; undefined where nothing is said. */
export function limitWords(signal: Pick<SignalView, "name" | "unit" | "warn" | "bad">): string | undefined {
  const { warn, bad } = signal;
  const words = [
    warn === null ? [] : [`look above ${numberWords(signal, warn)}`],
    bad === null ? [] : [`bad above ${numberWords(signal, bad)}`],
  ].flat();
  return words.length === 0 ? undefined : words.join(", ");
}

/** How a signal stands, where that is more than its number: `above 5 %`. */
export function standingWords(signal: SignalView): string | undefined {
  const { standing, warn, bad } = signal;
  if (standing === "bad" && bad !== null) return `above ${numberWords(signal, bad)}`;
  if (standing === "warn" && warn !== null) return `above ${numberWords(signal, warn)}`;
  return undefined;
}

/** What is left of a budget: `82 % left of 99.9 % over 30d`. */
export function budgetWords({ remaining }: BudgetView): string | undefined {
  if (remaining === null) return undefined;
  const percent = `${Math.round(Math.abs(remaining) * 1000) / 10} %`;
  return remaining < 0 ? `overspent by ${percent}` : `${percent} left`;
}

/** What a budget is of: `99.9 % over 30d`. */
export function targetWords({ targetPercent, windowMs }: BudgetView): string {
  return `${targetPercent} % over ${formatDuration(windowMs)}`;
}

/** A budget is bad once it is spent; how much of it is little, a gate says, not a page. */
export function budgetStanding({ remaining }: BudgetView): "good" | "bad" | "unknown" {
  if (remaining === null) return "unknown";
  return remaining < 1e-9 ? "bad" : "good";
}
