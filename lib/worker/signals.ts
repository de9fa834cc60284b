import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { lookAtSignals } from "@/lib/engine/signals/look-at-signals";

const everyMs = 5_000;

/** Asks for the signals of every project whose time has come, one project after another; when that is, the file says. */
export class Signals {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly engine: Engine) {}

  start(): void {
    this.look();
    this.timer = setInterval(() => this.look(), everyMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.current;
  }

  /** Begins a look; while one is under way nothing begins. */
  look(): void {
    if (this.stopped) return;
    this.current ??= this.lookAtAll().finally(() => {
      this.current = undefined;
    });
  }

  private async lookAtAll(): Promise<void> {
    const complain = (error: unknown, facts: object) => {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.log("warn", "signals cannot be asked for; trying on", { ...facts, message });
    };
    const projects = await this.engine.pool
      .query<{ name: string }>(sql`select name from project order by name`)
      .catch((error: unknown) => {
        complain(error, {});
        return [];
      });
    for (const { name } of projects) {
      if (this.stopped) return;
      await lookAtSignals(this.engine, name).catch((error: unknown) => complain(error, { project: name }));
    }
  }
}
