import pg from "pg";
import { DatabaseError, describeDatabaseUrl, explainConnectionFailure } from "@/lib/db/database-error";

/** Waybill relies on what Postgres 15 brought (schema rights, `NULLS NOT DISTINCT`). */
export const MIN_POSTGRES_MAJOR = 15;

/**
 * One plain connection, outside Prisma: for migrations, roles and LISTEN. The caller ends it.
 * Throws a DatabaseError, one line that says what to do, if the address is malformed or the server does not answer
 * within `timeoutMs`.
 */
export async function connect(url: string, options: { timeoutMs?: number; name?: string } = {}): Promise<pg.Client> {
  checkDatabaseUrl(url);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: options.timeoutMs ?? 5_000,
    application_name: options.name ?? "waybill",
    keepAlive: true,
  });
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw explainConnectionFailure(url, error);
  }
  // Without a listener a connection that drops between two queries would end the process.
  client.on("error", () => undefined);
  return client;
}

/** Throws a DatabaseError unless `url` is a `postgresql://` address. */
export function checkDatabaseUrl(url: string): void {
  let protocol: string;
  try {
    protocol = new URL(url).protocol;
  } catch {
    throw new DatabaseError(
      "The database's address is not a valid URL. Expected postgresql://user:password@host:5432/database " +
        "(special characters in the password percent-encoded).",
    );
  }
  if (protocol !== "postgresql:" && protocol !== "postgres:") {
    throw new DatabaseError(
      `The database's address begins with "${protocol}//". Waybill needs Postgres: postgresql://user:password@host:5432/database.`,
    );
  }
}

/** Throws a DatabaseError if the server is older than Waybill needs. */
export async function checkServerVersion(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
  const major = Math.floor(Number(rows[0]?.version) / 10_000);
  if (!(major >= MIN_POSTGRES_MAJOR)) {
    throw new DatabaseError(
      `The database ${describeDatabaseUrl(url)} is Postgres ${major}; Waybill needs ${MIN_POSTGRES_MAJOR} or newer.`,
    );
  }
}
