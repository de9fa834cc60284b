import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { onInterrupt } from "@/bench/on-interrupt";
import { withUser } from "@/lib/db/database-error";
import { startPostgres } from "@/lib/db/embedded/postgres";
import { ensureDatabase } from "@/lib/db/embedded/waybill-database";
import { prepareDatabase } from "@/lib/db/prepare";

/**
 * Does `work` with the address of a migrated, empty database, as the application's role: WAYBILL_BENCH_DATABASE_URL if it
 * is set (what a bench leaves there stays), else a throw-away Postgres with its default durability. The owner's address
 * comes with it where it is known.
 */
export async function withBenchDatabase<T>(work: (url: string, ownerUrl?: string) => Promise<T>): Promise<T> {
  const given = process.env.WAYBILL_BENCH_DATABASE_URL;
  if (given !== undefined && given !== "") return await work(given);
  const folder = await mkdtemp(path.join(tmpdir(), "waybill-bench-"));
  await chmod(folder, 0o755);
  await mkdir(path.join(folder, "data"));
  const server = await startPostgres({
    dataFolder: path.join(folder, "data"),
    logFile: path.join(folder, "postgres.log"),
    password: randomBytes(24).toString("base64url"),
  });
  const end = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const forget = onInterrupt(end);
  try {
    const ownerUrl = await ensureDatabase(server.superuserUrl, "waybill_bench");
    const appPassword = randomBytes(24).toString("base64url");
    const prepared = await prepareDatabase({ ownerUrl, adminUrl: server.superuserUrl, appPassword });
    return await work(prepared.separateRole ? prepared.url : withUser(ownerUrl, "waybill_app", appPassword), ownerUrl);
  } finally {
    forget();
    await end();
  }
}
