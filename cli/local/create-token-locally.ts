import type { Surroundings } from "@/cli/command";
import { CommandError, EXIT, UsageError } from "@/cli/exit-codes";
import { withInstallationDatabase } from "@/cli/local/installation-database";
import { loadPerson } from "@/lib/auth/people";
import { type CreatedToken, type CreateTokenInput, createToken } from "@/lib/commands/create-token";
import type { Pool } from "@/lib/db/pool";
import { sql } from "@/lib/db/sql";
import { announcementsSent } from "@/lib/ledger/announce-change";
import { isKnownError } from "@/lib/pipeline/errors";

/**
 * Makes a token for somebody who has signed in before, with what they may do: for the first token, by whoever can reach
 * the installation's database. The label tells how it was made. Throws CommandError or UsageError.
 */
export async function createTokenLocally(
  surroundings: Surroundings,
  person: string,
  input: Omit<CreateTokenInput, "role"> & { role: string },
): Promise<CreatedToken> {
  return withInstallationDatabase(surroundings, async (pool) => {
    const owner = await loadPerson(pool, await personIdOf(pool, person));
    if (!owner) throw new CommandError(`${person} is gone`, EXIT.failed);
    const label = `${input.label} (on the machine)`.slice(0, 80);
    try {
      // The command reads the role strictly.
      return await createToken(pool, owner, { ...input, label } as CreateTokenInput, new Date(surroundings.now()));
    } catch (error) {
      if (!isKnownError(error)) throw error;
      if (error.kind === "invalidInput") throw new UsageError(error.message);
      throw new CommandError(`${owner.name} may not have such a token: ${input.role} in ${input.project}`, EXIT.failed);
    } finally {
      await announcementsSent(pool);
    }
  });
}

async function personIdOf(pool: Pool, person: string): Promise<string> {
  const found = await pool.query<{ id: string }>(
    sql`select id from person where id = ${person} or (email <> '' and lower(email) = lower(${person})) order by id`,
  );
  const [first, second] = found;
  if (!first) {
    throw new CommandError(`nobody with the address ${person} has signed in; they sign in once first`, EXIT.failed);
  }
  if (second) {
    const ids = found.map((one) => one.id).join(", ");
    throw new CommandError(`${person} is the address of several people; name one by id: ${ids}`, EXIT.usage);
  }
  return first.id;
}
