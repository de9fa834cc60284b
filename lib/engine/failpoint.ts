/** `name:kill` ends the process there as a crash would; `name:pause` freezes it there, until SIGCONT lets it go on. */
let asked = process.env.WAYBILL_FAILPOINT ?? "";

/**
 * A named place between two effects at which a test may end or freeze this process, once. Does nothing where
 * WAYBILL_FAILPOINT does not name it.
 */
export async function failpoint(name: string): Promise<void> {
  if (asked === `${name}:kill`) process.kill(process.pid, "SIGKILL");
  if (asked === `${name}:pause`) {
    asked = "";
    process.kill(process.pid, "SIGSTOP");
    // The signal is delivered before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
