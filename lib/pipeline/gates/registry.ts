import { evaluateApproval } from "@/lib/pipeline/gates/approval";
import { evaluateBlock } from "@/lib/pipeline/gates/block";
import { evaluateChecklist } from "@/lib/pipeline/gates/checklist";
import { evaluateErrorBudget } from "@/lib/pipeline/gates/error-budget";
import { evaluateFreeze } from "@/lib/pipeline/gates/freeze";
import type { GateInput, Verdict } from "@/lib/pipeline/gates/gate";
import { evaluateHold } from "@/lib/pipeline/gates/hold";
import { evaluateImage } from "@/lib/pipeline/gates/image";
import { withOverride } from "@/lib/pipeline/gates/override";
import { evaluatePin } from "@/lib/pipeline/gates/pin";
import type { PlannedGate, PlannedGateKind } from "@/lib/pipeline/gates/planned-gate";
import { evaluateSchedule } from "@/lib/pipeline/gates/schedule";
import { evaluateSignature } from "@/lib/pipeline/gates/signature";
import { evaluateSoak } from "@/lib/pipeline/gates/soak";
import { evaluateTests } from "@/lib/pipeline/gates/tests";
import { evaluateUpstream } from "@/lib/pipeline/gates/upstream";
import { evaluateVulnerabilities } from "@/lib/pipeline/gates/vulnerabilities";
import { evaluateWebhook } from "@/lib/pipeline/gates/webhook";

type Evaluate<Kind extends PlannedGateKind> = (
  config: Extract<PlannedGate, { kind: Kind }>,
  input: GateInput,
  /** Its place in the plan. */
  gate: number,
) => Verdict;

/** Every gate there is: the compiler lists the one that is missing here. */
const registry: { [Kind in PlannedGateKind]: Evaluate<Kind> } = {
  upstream: evaluateUpstream,
  soak: evaluateSoak,
  approval: evaluateApproval,
  image: evaluateImage,
  freeze: evaluateFreeze,
  errorBudget: evaluateErrorBudget,
  vulnerabilities: evaluateVulnerabilities,
  tests: evaluateTests,
  webhook: evaluateWebhook,
  checklist: evaluateChecklist,
  signature: evaluateSignature,
  hold: evaluateHold,
  block: evaluateBlock,
  pin: evaluatePin,
  schedule: evaluateSchedule,
};

/**
 * The verdict of every gate of the plan, in its order. The preview, the button and the execution all ask here: there is
 * no second opinion. A plan without a gate, or with a kind of gate that is not known, answers unknown.
 */
export function evaluateGates(input: GateInput): Verdict[] {
  if (input.plan.gates.length === 0) {
    return [
      {
        gate: "policy",
        status: "unknown",
        demand: "at least one gate",
        summary: "the plan names no gate",
        evidence: [],
      },
    ];
  }
  const { environment } = input.plan;
  return input.plan.gates.map((config, index) => {
    const verdict: Verdict = {
      ...evaluateOne(config, input, index),
      evaluatedAt: input.now,
      ...(config.shadow ? { shadow: true as const } : {}),
    };
    const override = input.overrides?.find((one) => one.gate === index && one.gateKind === config.kind);
    return withOverride(verdict, override, environment);
  });
}

function evaluateOne<Kind extends PlannedGateKind>(
  config: Extract<PlannedGate, { kind: Kind }>,
  input: GateInput,
  gate: number,
): Verdict {
  // Object.hasOwn: a stored plan may name a kind of gate that this version does not know.
  const evaluate = Object.hasOwn(registry, config.kind) ? registry[config.kind as Kind] : undefined;
  if (evaluate) return evaluate(config, input, gate);
  const summary = `this version of Waybill knows no gate "${config.kind}"`;
  return { gate: config.kind, status: "unknown", demand: "a known gate", summary, evidence: [] };
}
