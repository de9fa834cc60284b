import type { Engine } from "@/lib/engine/engine";
import { takeDueStep } from "@/lib/engine/lease";
import { runStep } from "@/lib/engine/run-step";

/**
 * Does what is due for one promotion, here and now, until nothing is or `budgetMs` is spent: so a click is the call to
 * the cluster. Whatever it does not reach, or fails at, the worker goes on with. Never throws.
 */
export async function drive(engine: Engine, promotion: string, budgetMs: number): Promise<void> {
  const until = performance.now() + budgetMs;
  try {
    while (performance.now() < until) {
      const step = await takeDueStep(engine, promotion);
      if (!step) return;
      await runStep(engine, step);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    engine.log("error", "driving a promotion ended early; the worker goes on", { promotion, message });
  }
}
