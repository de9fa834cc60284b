import { getEngine } from "@/lib/engine/compose";
import { drive } from "@/lib/engine/drive";

const budgetMsDefault = 2_000;

/**
 * What follows a command that made work due. Where this process is everything (WAYBILL_ROLE=all, the default) it does the
 * first steps itself, bounded in time; in the split deployment the worker is awake already, by the change announced.
 */
export async function afterCommand(promotion: string | undefined): Promise<void> {
  if (promotion === undefined || (process.env.WAYBILL_ROLE ?? "all") !== "all") return;
  const asked = Number(process.env.WAYBILL_DRIVE_BUDGET_MS);
  await drive(getEngine(), promotion, asked > 0 ? asked : budgetMsDefault);
}
