import { type Retention, readRetention } from "@/lib/config/env";
import { pruneMeasurements } from "@/lib/engine/analysis/measurements";
import type { Engine } from "@/lib/engine/engine";
import { pruneFailureEvidence } from "@/lib/engine/failure/settle-with-evidence";
import { pruneJobLogs } from "@/lib/engine/jobs/job-logs";
import { pruneEvidence, pruneNotifications, pruneReports } from "@/lib/engine/prune-told";

const everyMs = 3_600_000;

/** Removes, now and then, what is kept for pages alone and only for a time. The ledger is never touched. */
export class Pruning {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();

  constructor(
    private readonly engine: Engine,
    private readonly retention: Retention = readRetention(process.env),
  ) {}

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
    const { pool } = this.engine;
    const { notificationDays, evidenceDays } = this.retention;
    await this.remove("measurements", () => pruneMeasurements(pool));
    await this.remove("notifications", () => pruneNotifications(pool, notificationDays));
    await this.remove("what outside systems said", () => pruneEvidence(pool, evidenceDays));
    await this.remove("what triggers reported", () => pruneReports(pool, evidenceDays));
    await this.remove("what failing pods left behind", () => pruneFailureEvidence(pool));
    await this.remove("what jobs printed", () => pruneJobLogs(pool));
  }

  /** One that cannot be done holds up no other. */
  private async remove(what: string, prune: () => Promise<number>): Promise<void> {
    try {
      const gone = await prune();
      if (gone > 0) this.engine.log("info", "what is old was removed", { what, gone });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.log("warn", "what is old cannot be removed; trying on", { what, message });
    }
  }
}
