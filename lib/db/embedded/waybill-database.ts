import { randomBytes } from "node:crypto";
import pg from "pg";
import { connect } from "@/lib/db/connect";
import { withDatabase, withUser } from "@/lib/db/database-error";
import { scramVerifier } from "@/lib/db/scram";

/** Owns the embedded database and migrates it; unlike the superuser it is bound by the ledger's guards. */
export const MIGRATION_ROLE = "waybill_migrate";

/**
 * Makes the database `name` on an embedded server, owned by the migration role, and returns that role's address. The
 * role's password is new at every call: nobody needs it in between.
 */
export async function ensureDatabase(superuserUrl: string, name: string): Promise<string> {
  const password = randomBytes(24).toString("base64url");
  const client = await connect(superuserUrl, { name: "waybill start" });
  try {
    const role = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [MIGRATION_ROLE]);
    const verb = role.rowCount === 0 ? "CREATE" : "ALTER";
    await client.query(`${verb} ROLE ${MIGRATION_ROLE} LOGIN PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`);
    const database = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (database.rowCount === 0) {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${MIGRATION_ROLE}`);
    }
  } finally {
    await client.end();
  }
  return withUser(withDatabase(superuserUrl, name), MIGRATION_ROLE, password);
}
