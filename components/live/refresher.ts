import type { QueryClient } from "@tanstack/react-query";
import { concerns, type LiveChange, type Watches } from "@/components/live/watches";

/** Between two rounds of reading again: what changes meanwhile goes with the next. */
const pauseMs = 60;

/**
 * Reads views again when something they show changed: one round at a time, so that a flood of changes costs one read
 * after another rather than all at once, and none is lost that came during a read.
 */
export class Refresher {
  private waiting: LiveChange[] = [];
  private everything = false;
  private running = false;

  constructor(private readonly client: QueryClient) {}

  changed(changes: readonly LiveChange[]): void {
    this.waiting.push(...changes);
    void this.run();
  }

  all(): void {
    this.everything = true;
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    while (this.everything || this.waiting.length > 0) {
      const changes = this.everything ? undefined : this.waiting;
      this.waiting = [];
      this.everything = false;
      await this.client.invalidateQueries({
        queryKey: ["view"],
        predicate: ({ meta }) => {
          if (!changes) return true;
          const watches = meta?.watches as Watches | undefined;
          return changes.some((change) => concerns(change, watches));
        },
      });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    this.running = false;
  }
}
