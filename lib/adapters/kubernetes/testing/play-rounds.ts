import { setTimeout as wait } from "node:timers/promises";

/** Plays something in a cluster, round after round, until it is stopped; what went wrong is thrown by `stop`. */
export function playRounds(round: () => Promise<void>, everyMs: number): { stop(): Promise<void> } {
  const controller = new AbortController();
  async function run(): Promise<void> {
    while (!controller.signal.aborted) {
      await round();
      await wait(everyMs, undefined, { signal: controller.signal }).catch(() => undefined);
    }
  }
  const running = run();
  // Reported by stop(): a test must not be ended by an unhandled rejection in between.
  running.catch(() => undefined);
  return {
    async stop() {
      controller.abort();
      await running;
    },
  };
}
