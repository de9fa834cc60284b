import type { Engine } from "@/lib/engine/engine";
import { giveBack, takeDueStep } from "@/lib/engine/lease";
import { runStep } from "@/lib/engine/run-step";

/** With less than this share of the budget left no step is begun: an answer that is cut off would be recorded as none. */
const lastShare = 1 / 8;

/**
 * Does what is due for one promotion, here and now, until nothing is or `budgetMs` is spent: so a click is the call to
 * the cluster. A call that hangs is given up with the budget, and its step put off; what is under way even then keeps its
 * lease and settles by itself. Whatever this does not reach, or fails at, the worker goes on with. Never throws.
 */
export async function drive(engine: Engine, promotion: string, budgetMs: number): Promise<void> {
  let spent: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    spent = setTimeout(resolve, budgetMs);
  });
  await Promise.race([over, driveFor(engine, promotion, budgetMs)]);
  clearTimeout(spent);
}

async function driveFor(engine: Engine, promotion: string, budgetMs: number): Promise<void> {
  const until = performance.now() + budgetMs;
  try {
    for (let leftMs = until - performance.now(); leftMs > budgetMs * lastShare; leftMs = until - performance.now()) {
      const step = await takeDueStep(engine, promotion);
      if (!step) return;
      const callMs = Math.min(engine.callMs, Math.ceil(leftMs));
      await runStep({ ...engine, callMs }, step).catch(async (error: unknown) => {
        await giveBack(engine, step);
        throw error;
      });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    engine.log("error", "driving a promotion ended early; the worker goes on", { promotion, message });
  }
}
