import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { checkAddress } from "@/lib/pipeline/verification/start";

/** The address of a smoke test of the new colour; `{previewService}` is the Service that stands before it. */
export function previewAddress(plan: Plan, planned: PlannedService, template: string): string {
  const { strategy } = planned;
  const preview = strategy.kind === "blueGreen" ? (strategy.previewService ?? "") : "";
  return checkAddress(plan, planned, template.replaceAll("{previewService}", encodeURIComponent(preview)));
}
