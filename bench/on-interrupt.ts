const cleanups = new Set<() => Promise<void>>();
let listens = false;

/** Has `cleanup` done before this process ends by SIGINT or SIGTERM: what it started must not outlive it. */
export function onInterrupt(cleanup: () => Promise<void>): () => void {
  cleanups.add(cleanup);
  if (!listens) {
    listens = true;
    process.once("SIGINT", () => void end(130));
    process.once("SIGTERM", () => void end(143));
  }
  return () => cleanups.delete(cleanup);
}

/** The youngest first: a database goes after those who use it. */
async function end(code: number): Promise<void> {
  for (const cleanup of [...cleanups].reverse()) await cleanup().catch(() => undefined);
  process.exit(code);
}
