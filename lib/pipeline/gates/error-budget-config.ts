import { z } from "zod";
import { name } from "@/lib/pipeline/policy/name";
import { parsePercentage, percentage } from "@/lib/pipeline/policy/percentage";

/** The error budget of each service that moves must not be spent. */
export interface ErrorBudgetConfig {
  /** The name of an SLO of the project. */
  slo: string;
  /** Of the whole budget; 0 to 100. */
  minRemainingPercent: number;
  /** How fast the budget may go in the last hour: 1 spends exactly all of it in the window. */
  maxBurnRate?: number;
}

/** `errorBudget: {…}` in a list of gates. */
export const errorBudgetConfig = z
  .strictObject({
    slo: name.meta({ description: "the name of one of the project's slos" }),
    minRemaining: percentage.prefault("0%"),
    maxBurnRate: z
      .number()
      .positive()
      .max(10_000)
      .optional()
      .meta({ description: "a number above 0: 1 is the speed that spends exactly the whole budget in its window" }),
  })
  .transform(
    ({ slo, minRemaining, maxBurnRate }): ErrorBudgetConfig => ({
      slo,
      minRemainingPercent: parsePercentage(minRemaining) ?? 0,
      ...(maxBurnRate === undefined ? {} : { maxBurnRate }),
    }),
  )
  .meta({ description: "the error budget of every service that moves must not be spent" });
