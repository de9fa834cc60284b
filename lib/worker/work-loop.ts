import type { Engine } from "@/lib/engine/engine";
import { type DueWork, promotionSteps, type Taken } from "@/lib/worker/due-work";

export interface WorkLoopOptions {
  /** Steps under way at the same time. */
  concurrency: number;
  /** Due work is looked for at least this often, whatever was announced or missed, in milliseconds. */
  sweepMs: number;
}

/**
 * The worker's loop: takes due steps and runs them, and otherwise sleeps until the next one is due, until it is woken, or
 * until the sweep. Being woken only saves time: what is due is in the database.
 */
export class WorkLoop {
  private readonly underWay = new Map<Promise<void>, readonly string[]>();
  private wakeUp: () => void = () => undefined;
  private woken = false;
  private stopping = false;
  private databaseWasAway = false;
  private outages = 0;
  private loop: Promise<void> | undefined;
  /** When the loop last got an answer from the database; its age is the loop's own liveness. */
  progressedAt = Date.now();
  stepsDone = 0;
  stepsFailed = 0;

  constructor(
    private readonly engine: Engine,
    private readonly options: WorkLoopOptions,
    private readonly work: DueWork = promotionSteps,
  ) {}

  start(): void {
    this.loop ??= this.run();
  }

  wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  /**
   * The database was away, and answers again: what this process still holds there without being at it is given back
   * before more is taken. Whoever was at something then may have lost what it found.
   */
  databaseIsBack(): void {
    this.noteOutage();
    this.wake();
  }

  private noteOutage(): void {
    this.databaseWasAway = true;
    this.outages += 1;
  }

  /** Takes no more work, waits up to `graceMs` for what is under way, gives back the rest. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.wake();
    const grace = AbortSignal.timeout(graceMs);
    const over = new Promise<void>((resolve) => grace.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([this.drained(), over]);
    await this.work
      .release(this.engine)
      .catch((error: unknown) => this.complain("leases could not be given back", error));
  }

  /** The loop may have taken a last step while it was told to stop: first it ends, then what it took. */
  private async drained(): Promise<void> {
    await this.loop;
    await Promise.allSettled(this.underWay.keys());
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      const took = await this.takeAll();
      if (this.stopping) return;
      if (took === "full") await Promise.race(this.underWay.keys());
      else await this.sleep(took === "unreachable" ? 1_000 : await this.pauseMs());
    }
  }

  private async takeAll(): Promise<"none" | "full" | "unreachable"> {
    try {
      if (this.databaseWasAway) await this.giveBackIdle();
      while (this.underWay.size < this.options.concurrency && !this.stopping) {
        const taken = await this.work.take(this.engine);
        this.progressedAt = Date.now();
        if (!taken) return "none";
        this.begin(this.runTaken(taken), taken.ids);
      }
      return "full";
    } catch (error) {
      this.noteOutage();
      this.complain("due work cannot be taken; trying on", error);
      return "unreachable";
    }
  }

  private async giveBackIdle(): Promise<void> {
    this.databaseWasAway = false;
    await this.work.releaseIdle?.(this.engine, [...this.underWay.values()].flat());
  }

  private begin(work: Promise<void>, ids: readonly string[]): void {
    this.underWay.set(work, ids);
    const { outages } = this;
    void work.finally(() => {
      this.underWay.delete(work);
      // It began before the database went, and may have lost its hold on what it was at.
      if (this.outages !== outages) this.databaseWasAway = true;
      this.wake();
    });
  }

  /** What cannot be done together is done one by one, in this one's place. */
  private async runTaken({ name, ids, run }: Taken): Promise<void> {
    try {
      const left = await run();
      this.stepsDone += ids.length - left.length;
      for (const one of left) await this.runTaken(one);
    } catch (error) {
      this.stepsFailed += ids.length;
      this.complain(`${name} ended with an error; it is taken again when its lease runs out`, error);
    }
  }

  private async pauseMs(): Promise<number> {
    try {
      return Math.min(this.options.sweepMs, (await this.work.nextInMs(this.engine.pool)) ?? this.options.sweepMs);
    } catch (error) {
      this.complain("the next due work is not known; trying on", error);
      return 1_000;
    }
  }

  private sleep(ms: number): Promise<void> {
    if (this.woken || this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private complain(message: string, error: unknown): void {
    this.engine.log("error", message, { message: error instanceof Error ? error.message : String(error) });
  }
}
