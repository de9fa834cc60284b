import { approvalDemand } from "@/lib/pipeline/gates/approval";
import { type ChecklistItem, itemAsks } from "@/lib/pipeline/gates/checklist-config";
import { errorBudgetDemand } from "@/lib/pipeline/gates/error-budget";
import { freezeDemand } from "@/lib/pipeline/gates/freeze";
import { imageDemand } from "@/lib/pipeline/gates/image-config";
import { signatureDemandWords } from "@/lib/pipeline/gates/signature-config";
import { testsDemand } from "@/lib/pipeline/gates/tests-config";
import { vulnerabilitiesDemand } from "@/lib/pipeline/gates/vulnerabilities-config";
import { webhookDemand } from "@/lib/pipeline/gates/webhook-config";
import { formatDuration } from "@/lib/pipeline/policy/duration";
import type { EnvironmentPolicy } from "@/lib/pipeline/policy/environment";
import type { GateConfig } from "@/lib/pipeline/policy/gate-config";
import type { Strategy } from "@/lib/pipeline/policy/strategy";

/** A gate of a policy, before it judges anything. */
export interface GateWords {
  gate: GateConfig["kind"];
  /** What it asks for: `2h in staging`. */
  demand: string;
}

/** What a gate demands, in the words of its verdicts. */
export function gateWords(gate: GateConfig): GateWords {
  switch (gate.kind) {
    case "upstream": {
      const places = gate.environments.join(gate.match === "all" ? " and " : " or ");
      return { gate: gate.kind, demand: `the same digest succeeded in ${places}` };
    }
    case "soak":
      return { gate: gate.kind, demand: `${formatDuration(gate.forMs)} in ${gate.in}` };
    case "approval": {
      const within = `, within ${formatDuration(gate.expiresAfterMs)}`;
      return { gate: gate.kind, demand: `${approvalDemand(gate)}${within}` };
    }
    case "image":
      return { gate: gate.kind, demand: imageDemand(gate) };
    case "freeze":
      return { gate: gate.kind, demand: `${freezeDemand(gate)} (${gate.timezone})` };
    case "errorBudget":
      return { gate: gate.kind, demand: errorBudgetDemand(gate) };
    case "vulnerabilities":
      return { gate: gate.kind, demand: vulnerabilitiesDemand(gate) };
    case "webhook":
      return { gate: gate.kind, demand: webhookDemand(gate) };
    case "tests":
      return { gate: gate.kind, demand: testsDemand(gate) };
    case "checklist":
      return { gate: gate.kind, demand: `ticked: ${gate.items.map(itemWords).join("; ")}` };
    case "signature":
      return { gate: gate.kind, demand: signatureDemandWords(gate) };
    default:
      return gate satisfies never;
  }
}

function itemWords(item: ChecklistItem): string {
  const asks = itemAsks(item);
  return asks === undefined ? item.text : `${item.text} (${asks})`;
}

/** `rolling, 10m at most`. */
export function strategyWords(strategy: Strategy): string {
  if (strategy.kind === "canary") {
    const shares = strategy.steps.map(({ weight, forMs }) => `${weight} % for ${formatDuration(forMs)}`);
    return `canary: ${shares.join(", ")}`;
  }
  const kind = strategy.kind === "blueGreen" ? "blue-green" : strategy.kind;
  return `${kind}, ${formatDuration(strategy.deadlineMs)} at most`;
}

/** What is checked after a rollout: the running digest always, then what the policy names. */
export function verificationWords({ verification }: Pick<EnvironmentPolicy, "verification">): string {
  const { health, smoke, jobs = [], metrics = [], rollBackWhen = [], watchMs } = verification;
  const parts = [
    "the running digest",
    health.length > 0 && `${health.length} health ${health.length === 1 ? "endpoint" : "endpoints"}`,
    smoke.length > 0 && `${smoke.length} smoke ${smoke.length === 1 ? "test" : "tests"}`,
    jobs.length > 0 && `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`,
    metrics.length > 0 && `${metrics.length} ${metrics.length === 1 ? "metric" : "metrics"}`,
    rollBackWhen.length > 0 &&
      `goes back at once by ${rollBackWhen.length} ${rollBackWhen.length === 1 ? "trigger" : "triggers"}`,
    watchMs > 0 && `watched for ${formatDuration(watchMs)}`,
  ];
  return parts.filter(Boolean).join(", ");
}
