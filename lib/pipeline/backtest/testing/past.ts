import type { PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import type { EnvironmentPolicy } from "@/lib/pipeline/policy/environment";
import type { ProjectDocument } from "@/lib/pipeline/policy/project";
import { aPlan, aService } from "@/lib/pipeline/promotion/testing/a-plan";

export const rita = { kind: "person" as const, id: "idp#rita", name: "Rita" };
export const startedAt = "2026-03-06T10:00:00.000Z";

/** A promotion of one service to production that started on a Friday, with an approval gate and nothing recorded of it. */
export function aPast(extra: Partial<PastPromotion> = {}, gates?: PlannedGate[]): PastPromotion {
  return {
    id: "demo-7",
    number: 7,
    plan: aPlan({ services: [aService("backend")], ...(gates ? { gates } : {}) }),
    planHash: "a".repeat(64),
    requestedBy: rita,
    requestedAt: "2026-03-06T09:00:00.000Z",
    reason: null,
    startedAt,
    verdicts: [],
    approvals: [],
    ticks: [],
    slos: [],
    outcome: "succeeded",
    ...extra,
  };
}

export function aVerdict(gate: string, status: Verdict["status"], extra: Partial<Verdict> = {}): Verdict {
  return { gate, status, demand: "something", summary: "it was so", evidence: [], ...extra };
}

export function anEnvironment(name: string, gates: EnvironmentPolicy["gates"], extra: Partial<EnvironmentPolicy> = {}) {
  return {
    ...{ name, gates, position: 0, strategy: { kind: "recreate" as const, deadlineMs: 1 }, protected: false },
    ...{ verification: { health: [], smoke: [], watchMs: 0 }, onFailure: "rollBack" as const },
    ...{ queue: "fifo" as const, autoPromote: "off" as const },
    ...extra,
  };
}

/** A project whose production has these gates. */
export function aProject(gates: EnvironmentPolicy["gates"], extra: Partial<ProjectDocument> = {}): ProjectDocument {
  const environments = [anEnvironment("staging", []), anEnvironment("production", gates)];
  return { name: "demo", title: "Demo", people: [], environments, services: [], notify: [], ...extra };
}
