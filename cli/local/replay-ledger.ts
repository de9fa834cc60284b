import type { Surroundings } from "@/cli/command";
import { CommandError, EXIT } from "@/cli/exit-codes";
import { withInstallationDatabase } from "@/cli/local/installation-database";
import { sql } from "@/lib/db/sql";
import { type ReplayResult, replayProject } from "@/lib/ledger/replay";

/** Builds a project's state again from its entries and compares it with what is stored; changes nothing. */
export async function replayLocally(surroundings: Surroundings, project: string): Promise<ReplayResult> {
  return withInstallationDatabase(surroundings, async (pool) => {
    const [known] = await pool.query(sql`select 1 from ledger_head where project = ${project}`);
    if (!known) throw new CommandError(`there is no ledger of ${project}`, EXIT.failed);
    return replayProject(pool, project);
  });
}
