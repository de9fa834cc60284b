import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { PlannedGateKind } from "@/lib/pipeline/gates/planned-gate";
import type { Override } from "@/lib/pipeline/promotion/state";

/** Who may let a gate's no pass: one person who may override, two of them, or nobody. */
export type OverrideRule = "alone" | "second" | "never";

/**
 * What may be overridden (docs/decisions, overrides). Never what a person ends by a word of their own, a hold; by two
 * what says that the bytes are wrong or that nobody agreed; by one what a calendar or a measure says.
 */
const rules: Record<PlannedGateKind, OverrideRule> = {
  upstream: "second",
  soak: "alone",
  freeze: "alone",
  image: "alone",
  errorBudget: "alone",
  vulnerabilities: "alone",
  tests: "alone",
  webhook: "alone",
  signature: "alone",
  approval: "second",
  checklist: "second",
  hold: "never",
  pin: "never",
  schedule: "never",
  block: "second",
};

/** A kind of gate that this version does not know cannot be overridden: nobody knows what it guards. */
export function overrideRule(kind: string): OverrideRule {
  return Object.hasOwn(rules, kind) ? rules[kind as PlannedGateKind] : "never";
}

/** True once it lets the gate pass: at once, or after a second person's yes. */
export function isInForce(override: Override): boolean {
  return !override.needsSecond || override.confirmed !== null;
}

/** The verdict with what people did about it: who let it pass, who asked for that, or who may. */
export function withOverride(verdict: Verdict, override: Override | undefined, environment: string): Verdict {
  if (verdict.status === "pass" || verdict.shadow) return verdict;
  if (override) {
    const { by, reason, incident, at, confirmed } = override;
    if (isInForce(override)) {
      const confirmedBy = confirmed ? { confirmedBy: confirmed.by } : {};
      return { ...verdict, overridden: { by, reason, incident, at, ...confirmedBy } };
    }
    return { ...verdict, overrideAsked: { id: override.id, by, reason, incident, at } };
  }
  const rule = overrideRule(verdict.gate);
  if (rule === "never") return verdict;
  const who = rule === "second" ? "two overriders" : "an overrider";
  const others = verdict.whoMayOverride ? [verdict.whoMayOverride] : [];
  return { ...verdict, whoMayOverride: [...others, `${who} of ${environment}`].join(", or ") };
}
