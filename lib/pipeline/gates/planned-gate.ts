import type { GateConfig } from "@/lib/pipeline/policy/gate-config";

/**
 * A gate as a plan holds it: those of the policy, and those that stand everywhere. In `shadow` it is judged and
 * recorded, and stops nothing.
 */
export type PlannedGate = (
  | GateConfig
  | { kind: "hold" }
  | { kind: "block" }
  | { kind: "pin" }
  | { kind: "schedule"; notBefore: string }
) & { shadow?: true };
export type PlannedGateKind = PlannedGate["kind"];

/** How recently whoever decides on a plan must have signed in, in ms, by the strictest of its gates; undefined: anytime. */
export function strictestStepUp({ gates }: { gates: readonly PlannedGate[] }): number | undefined {
  const asked = gates.flatMap((gate) =>
    gate.kind === "approval" && !gate.shadow && gate.stepUpMs !== undefined ? [gate.stepUpMs] : [],
  );
  return asked.length === 0 ? undefined : Math.min(...asked);
}
