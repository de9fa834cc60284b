import type { GateInput, Verdict } from "@/lib/pipeline/gates/gate";
import type { SoakConfig } from "@/lib/pipeline/gates/soak-config";
import { successOf, takenBackWords } from "@/lib/pipeline/gates/upstream";
import { formatDuration } from "@/lib/pipeline/policy/duration";

/** Time since the digest was verified in an environment; of several services the youngest counts. */
export function evaluateSoak(config: SoakConfig & { kind: "soak" }, { plan, evidence, now }: GateInput): Verdict {
  const base = { gate: "soak", demand: `${formatDuration(config.forMs)} in ${config.in}` };
  const { successes } = evidence;
  if (!successes)
    return { ...base, status: "unknown", summary: `it is not known since when it runs in ${config.in}`, evidence: [] };
  const found = plan.services.map((one) => ({ service: one.service, success: successOf(successes, one, config.in) }));
  const missing = found.filter((one) => !one.success).map((one) => one.service);
  if (missing.length > 0) {
    const taken = plan.services.flatMap((one) => takenBackWords(successes, one, config.in) ?? []);
    return {
      ...base,
      status: "fail",
      summary: taken[0] ?? `${missing.join(", ")} has not been verified in ${config.in}`,
      evidence: taken.map((value) => ({ name: "taken back", value })),
      whoCanAct: `promote it to ${config.in} first`,
    };
  }
  const youngest =
    found
      .map((one) => one.success?.verifiedAt ?? "")
      .sort()
      .at(-1) ?? now;
  if (Number.isNaN(Date.parse(youngest))) {
    return { ...base, status: "unknown", summary: `since when it runs in ${config.in} cannot be read`, evidence: [] };
  }
  const opensAt = new Date(Date.parse(youngest) + config.forMs).toISOString();
  const passed = Math.max(0, Date.parse(now) - Date.parse(youngest));
  const facts = [
    { name: "verified at", value: youngest },
    { name: "soaked", value: formatDuration(passed), threshold: formatDuration(config.forMs) },
  ];
  if (now >= opensAt) {
    return { ...base, status: "pass", summary: `verified in ${config.in} longer ago than that`, evidence: facts };
  }
  return {
    ...base,
    status: "wait",
    summary: `verified in ${config.in} too short a time ago`,
    evidence: facts,
    opensAt,
    nextEvaluationAt: opensAt,
  };
}
