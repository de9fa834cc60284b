import { promoteAutomatically } from "@/lib/commands/promote-automatically";
import type { Engine } from "@/lib/engine/engine";

const everyMs = 15_000;

/**
 * Looks now and then, and when woken, for what the environments' policies say should be asked for, and asks. Being woken
 * only saves time: what is missed is found by the next look.
 */
export class Automation {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private again = false;
  private stopped = false;

  constructor(private readonly engine: Engine) {}

  start(): void {
    this.wake();
    this.timer = setInterval(() => this.wake(), everyMs);
  }

  /** Looks once more: soon, and once for any number of calls while a look is under way. */
  wake(): void {
    if (this.again || this.stopped) return;
    this.again = true;
    this.current = this.current.then(() => {
      this.again = false;
      return this.look();
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.current;
  }

  private async look(): Promise<void> {
    if (this.stopped) return;
    const complain = (error: unknown, facts: object = {}) => {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.log("warn", "automation cannot ask; trying on", { ...facts, message });
    };
    try {
      for (const { wanted, promotion, error } of await promoteAutomatically(this.engine)) {
        if (error !== undefined) complain(error, wanted);
        if (promotion !== undefined) this.engine.log("info", "automation asked", { ...wanted, promotion });
      }
    } catch (error) {
      complain(error);
    }
  }
}
