import type { GateInput, Verdict } from "@/lib/pipeline/gates/gate";
import { shortDigest } from "@/lib/pipeline/release/digest";

/** A digest that failed in an environment does not go there again until a person lifts the block. */
export function evaluateBlock(_config: { kind: "block" }, { plan, evidence }: GateInput): Verdict {
  const base = { gate: "block", demand: `not blocked in ${plan.environment}` };
  if (!evidence.blocks)
    return { ...base, status: "unknown", summary: "it is not known whether it is blocked", evidence: [] };
  const found = evidence.blocks.filter((block) =>
    plan.services.some((one) => one.service === block.service && one.to.digest === block.digest),
  );
  if (found.length === 0) return { ...base, status: "pass", summary: "no block stands", evidence: [] };
  return {
    ...base,
    status: "fail",
    summary: found.map((one) => `${one.service} ${shortDigest(one.digest)} is blocked: ${one.reason}`).join("; "),
    evidence: found.map((one) => ({ name: `${one.service} blocked at`, value: one.blockedAt })),
    whoCanAct: "a release manager lifts the block, with a reason",
  };
}
