import type { GateInput, Verdict } from "@/lib/pipeline/gates/gate";
import { shortDigest } from "@/lib/pipeline/release/digest";

/** A pinned service keeps its digest: a promotion to another one waits until a person lifts the pin. */
export function evaluatePin(_config: { kind: "pin" }, { plan, evidence }: GateInput): Verdict {
  const base = { gate: "pin", demand: `nothing is pinned to another digest in ${plan.environment}` };
  if (!evidence.pins)
    return { ...base, status: "unknown", summary: "it is not known whether it is pinned", evidence: [] };
  const kept = evidence.pins.filter((pin) =>
    plan.services.some((one) => one.service === pin.service && one.to.digest !== pin.digest),
  );
  if (kept.length === 0) return { ...base, status: "pass", summary: "no pin stands in the way", evidence: [] };
  return {
    ...base,
    status: "wait",
    summary: kept
      .map(
        ({ service, digest, pinnedBy, reason }) =>
          `${service} is pinned to ${shortDigest(digest)} by ${pinnedBy.name}: ${reason}`,
      )
      .join("; "),
    evidence: kept.map((one) => ({ name: `${one.service} pinned since`, value: one.pinnedAt })),
    whoCanAct: "a release manager lifts the pin, with a reason",
  };
}
