import { sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import { checkChain } from "@/lib/ledger/check-chain";

const everyMs = 30_000;

/** Walks every project's chain now and then: from the beginning once a start, then on from where the last walk ended. */
export class ChainChecks {
  private timer: NodeJS.Timeout | undefined;
  private readonly begun = new Set<string>();
  private current: Promise<void> = Promise.resolve();

  constructor(private readonly engine: Engine) {}

  start(): void {
    const look = () => {
      this.current = this.current.then(() => this.checkAll());
    };
    look();
    this.timer = setInterval(look, everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current;
  }

  private async checkAll(): Promise<void> {
    try {
      const chains = await this.engine.pool.query<{ project: string }>(
        sql`select project from ledger_head order by project`,
      );
      for (const { project } of chains) {
        const { finding } = await checkChain(this.engine.pool, project, this.engine.now(), !this.begun.has(project));
        this.begun.add(project);
        if (finding) this.engine.log("error", "a ledger is not intact", { project, finding });
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.engine.log("warn", "the ledgers cannot be checked; trying on", { message });
    }
  }
}
