import { z } from "zod";
import { actOf, type Principal } from "@/lib/auth/principal";
import { why } from "@/lib/commands/tell-promotion";
import type { Assessment } from "@/lib/facts/assess";
import { overrideRule, withOverride } from "@/lib/pipeline/gates/override";
import { strictestStepUp } from "@/lib/pipeline/gates/planned-gate";
import { stepUpProblem } from "@/lib/pipeline/gates/step-up";
import { overrideProblem } from "@/lib/pipeline/promotion/decide-override";
import type { Rejection } from "@/lib/pipeline/promotion/input";

/** What whoever overrides a gate answers for: its place in the plan, why, and the incident that makes it needed. */
export const overrideOfGate = {
  gate: z.int().min(0).max(100).meta({ description: "the gate's place in the plan, from 0" }),
  reason: why,
  incident: z
    .string()
    .trim()
    .min(2, "name the incident, in at least 2 characters")
    .max(200)
    .meta({ description: "the incident that makes it needed: its number or address" }),
};
const whole = z.strictObject(overrideOfGate);
export type OverrideOfGate = z.infer<typeof whole>;

/** Why one of these gates cannot be let pass with the request itself; undefined where all can. */
export function refuseOverrides(
  principal: Principal,
  { plan, planHash, verdicts }: Assessment,
  overrides: readonly OverrideOfGate[],
  now: string,
): Pick<Rejection, "code" | "message"> | undefined {
  if (overrides.length === 0) return undefined;
  const stale = stepUpProblem(actOf(principal), now, strictestStepUp(plan));
  if (stale) return { code: "stepUpNeeded", message: stale };
  if (new Set(overrides.map((one) => one.gate)).size < overrides.length) {
    return { code: "alreadyOverridden", message: "a gate is overridden once" };
  }
  return overrides.map(({ gate }) => overrideProblem({ plan, planHash, verdicts }, gate)).find(Boolean);
}

/** The assessment as it stands once these overrides are recorded. */
export function overridden(
  principal: Principal,
  assessment: Assessment,
  overrides: readonly OverrideOfGate[],
  now: string,
): Assessment {
  const { plan, planHash } = assessment;
  const { by, person } = actOf(principal);
  const verdicts = assessment.verdicts.map((verdict, index) => {
    const said = overrides.find(({ gate }) => gate === index);
    if (!said) return verdict;
    const gateKind = plan.gates[index]?.kind ?? "";
    const needsSecond = overrideRule(gateKind) === "second";
    const open = { needsSecond, confirmed: null, review: null };
    return withOverride(
      verdict,
      { id: 0, ...said, gateKind, planHash, by, person, at: now, ...open },
      plan.environment,
    );
  });
  return { ...assessment, verdicts };
}
