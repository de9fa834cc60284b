import type { GateConfig } from "@/lib/pipeline/policy/gate-config";

/**
 * A gate as a plan holds it: those of the policy, and the two that stand everywhere. In `shadow` it is judged and
 * recorded, and stops nothing.
 */
export type PlannedGate = (GateConfig | { kind: "hold" } | { kind: "block" }) & { shadow?: true };
export type PlannedGateKind = PlannedGate["kind"];
