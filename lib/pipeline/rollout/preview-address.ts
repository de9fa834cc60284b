import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { fillAddress } from "@/lib/pipeline/policy/fill-address";
import { addressFacts } from "@/lib/pipeline/verification/start";

/** The address of a smoke test of the new colour; `{previewService}` is the Service that stands before it. */
export function previewAddress(plan: Plan, planned: PlannedService, template: string): string {
  const { strategy } = planned;
  const previewService = strategy.kind === "blueGreen" ? strategy.previewService : undefined;
  return fillAddress(template, { ...addressFacts(plan, planned), previewService });
}
