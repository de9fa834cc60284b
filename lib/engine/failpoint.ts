/** `name:kill` ends the process there as a crash would; `name:pause` stops it there until it is killed. */
const asked = process.env.WAYBILL_FAILPOINT ?? "";

/**
 * A named place between two effects at which a test may end this process. Does nothing where WAYBILL_FAILPOINT does not
 * name it.
 */
export async function failpoint(name: string): Promise<void> {
  if (asked === `${name}:kill`) process.kill(process.pid, "SIGKILL");
  if (asked === `${name}:pause`) await new Promise<never>(() => setInterval(() => undefined, 60_000));
}
