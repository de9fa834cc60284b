import { pruneMeasurements } from "@/lib/engine/analysis/measurements";
import type { Engine } from "@/lib/engine/engine";

const everyMs = 3_600_000;

/** Removes, now and then, what is kept for pages alone and only for a time. The ledger is never touched. */
export class Pruning {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();

  constructor(private readonly engine: Engine) {}

  start(): void {
    const look = () => {
      this.current = this.current.then(() => this.prune());
    };
    look();
    this.timer = setInterval(look, everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current;
  }

  private async prune(): Promise<void> {
    try {
      const gone = await pruneMeasurements(this.engine.pool);
      if (gone > 0) this.engine.log("info", "old measurements were removed", { gone });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.log("warn", "old measurements cannot be removed; trying on", { message });
    }
  }
}
