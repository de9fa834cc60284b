import type { GateConfig } from "@/lib/pipeline/policy/gate-config";

/** A gate as a plan holds it: those of the policy, and the two that stand everywhere. */
export type PlannedGate = GateConfig | { kind: "hold" } | { kind: "block" };
export type PlannedGateKind = PlannedGate["kind"];
