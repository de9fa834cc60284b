import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";

const beatMs = 5_000;

/** Tells the database every few seconds that this process is alive, so that pages can say when it is not. */
export class Beat {
  private timer: NodeJS.Timeout | undefined;
  private readonly startedAt: string;

  constructor(
    private readonly engine: Engine,
    private readonly role: "worker",
    private readonly detail: () => Record<string, number>,
  ) {
    this.startedAt = engine.now();
  }

  start(): void {
    void this.beat();
    this.timer = setInterval(() => void this.beat(), beatMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.engine.pool.execute(sql`delete from process_beat where id = ${this.engine.owner}`);
  }

  private async beat(): Promise<void> {
    const { owner, pool } = this.engine;
    try {
      await pool.execute(
        sql`insert into process_beat (id, role, started_at, beat_at, detail)
            values (${owner}, ${this.role}, ${this.startedAt}, now(), ${JSON.stringify(this.detail())}::jsonb)
            on conflict (id) do update set beat_at = now(), detail = excluded.detail`,
      );
      await pool.execute(sql`delete from process_beat where beat_at < now() - interval '1 day'`);
    } catch (error) {
      this.engine.log("warn", "the beat could not be written", {
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
