import canonicalize from "canonicalize";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import type { Slo } from "@/lib/pipeline/policy/slo";

/** The same text for gates that ask for the same, in shadow or not; an error budget's objective belongs to what it asks. */
export function gateIdentity({ shadow: _, ...gate }: PlannedGate, slos: readonly Slo[]): string {
  const objective = gate.kind === "errorBudget" ? slos.find((one) => one.name === gate.slo) : undefined;
  return canonicalize([gate, objective ?? null]) ?? "";
}
