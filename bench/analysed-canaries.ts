import {
  before,
  digest,
  insertPromotions,
  measuredWorld,
  observation,
  PROJECT,
  planOf,
} from "@/bench/measured-promotions";
import type { Engine } from "@/lib/engine/engine";
import { hashPlan } from "@/lib/pipeline/plan/hash";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { canary, toCanaryStrategy } from "@/lib/pipeline/policy/canary";
import { later } from "@/lib/pipeline/promotion/decision";
import type { PromotionState } from "@/lib/pipeline/promotion/state";
import { pendingSteps, type StepState } from "@/lib/pipeline/rollout/step";
import { stepsOf } from "@/lib/pipeline/rollout/steps-of";
import type { CanaryStanding, CanaryTarget } from "@/lib/ports/canary-target";
import type { DeployTarget } from "@/lib/ports/deploy-target";
import type { World } from "@/lib/ports/world";

const WEIGHT = 5;
const step = `analyse:${WEIGHT}`;

/** Five metrics of the canary's pods, of which two are compared with the stable ones, and a trigger of one of them. */
const policy = canary.parse({
  route: { httpRoute: "route" },
  steps: [{ weight: `${WEIGHT}%`, for: "12h" }],
  analysis: {
    every: "30s",
    metrics: Array.from({ length: 5 }, (_, index) => {
      const ask = (hash: string) => `sum(rate(requests_total{pod_template_hash="{${hash}}",part="${index}"}[1m]))`;
      const compared = { baseline: ask("stableHash"), max: "+1%", window: "1m" };
      const query = { name: `metric ${index}`, connection: "metrics", canary: ask("canaryHash") };
      return { ...query, ...(index < 2 ? compared : { max: "5%" }) };
    }),
  },
  rollBackWhen: [{ metric: "metric 2", above: "20%" }],
});

const strategy = toCanaryStrategy(policy, 600_000);

function analysedPlan(service: string): Plan {
  const plan = planOf(service);
  return { ...plan, services: plan.services.map((planned) => ({ ...planned, strategy })) };
}

/** The canary has its share since `at`, and is analysed. */
function stepsAt(plan: Plan, at: string): StepState[] {
  const [planned] = plan.services;
  if (!planned) return [];
  const reached = pendingSteps(stepsOf(plan, planned));
  const index = reached.findIndex((one) => one.step.id === step);
  return reached.map((one, place): StepState => {
    if (place > index) return one;
    const times = { attempt: 1, requestedAt: at, since: at, deadlineAt: later(at, one.step.deadlineMs) };
    return { ...one, ...times, status: place < index ? "done" : "requested" };
  });
}

/** Brings a database to `count` promotions of one project whose canaries are analysed in their first share, all due. */
export async function addAnalysedCanaries(engine: Engine, count: number): Promise<void> {
  const at = engine.now();
  const by = { kind: "system" as const, name: "start" as const };
  const rows = Array.from({ length: count }, (_, index) => {
    const service = `service-${index}`;
    const plan = analysedPlan(service);
    const id = `${PROJECT}-${index + 1}`;
    const state: PromotionState = {
      ...{ id, number: index + 1, project: PROJECT, plan, planHash: hashPlan(plan), requestedBy: by, requestedAt: at },
      ...{ reason: null, causedBy: null, expiresAt: at, approvals: [], verdicts: [], phase: "rollingOut", since: at },
      rollouts: [{ service, phase: "stepping", attempt: 1, generation: 1, requestedAt: at, steps: stepsAt(plan, at) }],
    };
    return { id, number: index + 1, service, state, hash: state.planHash };
  });
  const due = ({ service }: { service: string }) => ({
    ...{ id: `${service}:rolloutStep:${step}:1`, kind: "rolloutStep", payload: { service, step, attempt: 1 } },
  });
  await insertPromotions(engine, rows, due);
}

/** A cluster in which every canary stands as it was left; what it costs to ask one is not measured here. */
export function analysedWorld(metrics: World["metrics"]): World {
  const workload = { exists: true, replicas: 1, generation: 1 };
  const look = (service: string): CanaryStanding => ({
    ...{ at: new Date().toISOString(), weight: WEIGHT, weightWords: `${WEIGHT} %` },
    stable: { ...workload, digest: before, promotion: undefined, podHash: `${service}-stable` },
    canary: { ...workload, digest, promotion: `${PROJECT}-${Number(service.split("-")[1]) + 1}`, podHash: service },
  });
  const canaries: Pick<CanaryTarget, "look" | "observeCanary"> = {
    look: async ({ workload: { name } }) => look(name),
    observeCanary: async () => observation(),
  };
  return { ...measuredWorld(metrics), target: async () => ({ canary: canaries }) as DeployTarget };
}
