import { createHmac } from "node:crypto";
import pg from "pg";
import { connect } from "@/lib/db/connect";
import { firstMessage, withUser } from "@/lib/db/database-error";
import { scramVerifier } from "@/lib/db/scram";

/** Signs in for web and worker: may insert into and read the ledger, never change it. */
export const APP_ROLE = "waybill_app";
/** Owns the ledger's tables; nobody signs in as it. */
export const LEDGER_OWNER_ROLE = "waybill_owner";

/** Whether the application uses a role of its own, or why it could not get one. */
export type RoleSeparation = { separateRole: true } | { separateRole: false; reason: string };

/** Serialises role changes: two `CREATE ROLE` at once fail with "tuple concurrently updated". */
const ROLE_LOCK = 72_707_370;

/** The application role's password: derived, so that processes which share the secret agree without sharing a disk. */
export function appRolePassword(secret: string): string {
  return createHmac("sha256", secret).update("waybill_app database password").digest("base64url");
}

/**
 * Makes the application's role and the ledger's owner where the user of `adminUrl` may; both exist afterwards or the
 * answer says why not. Never throws for a missing right; throws a DatabaseError if the database does not answer.
 */
export async function ensureRoles(adminUrl: string, password: string): Promise<RoleSeparation> {
  const client = await connect(adminUrl, { name: "waybill roles" });
  try {
    await client.query("SELECT pg_advisory_lock($1)", [ROLE_LOCK]);
    await ensureLedgerOwner(client);
    return await ensureAppRole(client, adminUrl, password);
  } catch (error) {
    return { separateRole: false, reason: `the database's user may not create roles (${firstMessage(error)})` };
  } finally {
    await client.end();
  }
}

async function ensureLedgerOwner(client: pg.Client): Promise<void> {
  if ((await roleFacts(client, LEDGER_OWNER_ROLE)) === undefined) {
    await client.query(`CREATE ROLE ${LEDGER_OWNER_ROLE} NOLOGIN`);
  }
}

async function ensureAppRole(client: pg.Client, adminUrl: string, password: string): Promise<RoleSeparation> {
  const facts = await roleFacts(client, APP_ROLE);
  if (facts === undefined) {
    await client.query(`CREATE ROLE ${APP_ROLE} LOGIN NOINHERIT PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`);
    return { separateRole: true };
  }
  if (facts.powerful) {
    return { separateRole: false, reason: `the role ${APP_ROLE} exists, but is a superuser or may create roles` };
  }
  if (facts.ownsLedger) {
    return { separateRole: false, reason: `the role ${APP_ROLE} exists, but is a member of ${LEDGER_OWNER_ROLE}` };
  }
  if (!(await canSignIn(withUser(adminUrl, APP_ROLE, password)))) {
    await client.query(`ALTER ROLE ${APP_ROLE} LOGIN PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`);
  }
  return { separateRole: true };
}

async function roleFacts(
  client: pg.Client,
  role: string,
): Promise<{ powerful: boolean; ownsLedger: boolean } | undefined> {
  const { rows } = await client.query<{ powerful: boolean; ownsLedger: boolean }>(
    `SELECT rolsuper OR rolcreaterole OR rolbypassrls AS powerful,
       rolname <> $2 AND pg_has_role(rolname, (SELECT oid FROM pg_roles WHERE rolname = $2), 'MEMBER') AS "ownsLedger"
     FROM pg_roles WHERE rolname = $1`,
    [role, LEDGER_OWNER_ROLE],
  );
  return rows[0];
}

async function canSignIn(url: string): Promise<boolean> {
  try {
    const client = await connect(url, { name: "waybill roles" });
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/**
 * Lends the migration user (of `ownerUrl`) the ledger owner's rights while `action` runs, and takes them back after: a
 * migration may alter the ledger's tables, the same user outside of one may not. Lends nothing where the admin may not.
 */
export async function withLedgerOwner<T>(adminUrl: string, ownerUrl: string, action: () => Promise<T>): Promise<T> {
  const owner = await currentUser(ownerUrl);
  const lent = await changeMembership(adminUrl, `GRANT ${LEDGER_OWNER_ROLE} TO ${pg.escapeIdentifier(owner)}`);
  try {
    return await action();
  } finally {
    if (lent) await changeMembership(adminUrl, `REVOKE ${LEDGER_OWNER_ROLE} FROM ${pg.escapeIdentifier(owner)}`);
  }
}

async function changeMembership(adminUrl: string, statement: string): Promise<boolean> {
  const client = await connect(adminUrl, { name: "waybill roles" });
  try {
    await client.query(statement);
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

async function currentUser(url: string): Promise<string> {
  const client = await connect(url, { name: "waybill roles" });
  try {
    const { rows } = await client.query<{ name: string }>("SELECT current_user AS name");
    return rows[0]?.name ?? "";
  } finally {
    await client.end();
  }
}

/** Checks after a migration that the application's role can do its work and cannot change the ledger. */
export async function checkAppRole(appUrl: string): Promise<RoleSeparation> {
  const client = await connect(appUrl, { name: "waybill roles" });
  try {
    const { rows } = await client.query<{ table: string; may: string; owner: boolean }>(
      `SELECT c.relname AS "table", pg_has_role(c.relowner, 'MEMBER') AS owner,
         concat_ws(' ', CASE WHEN has_table_privilege(c.oid, 'SELECT') THEN 'select' END,
           CASE WHEN has_table_privilege(c.oid, 'INSERT') THEN 'insert' END,
           CASE WHEN has_table_privilege(c.oid, 'UPDATE') THEN 'update' END,
           CASE WHEN has_table_privilege(c.oid, 'DELETE') THEN 'delete' END,
           CASE WHEN has_table_privilege(c.oid, 'TRUNCATE') THEN 'truncate' END) AS may
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'`,
    );
    for (const { table, may, owner } of rows) {
      if (owner) return { separateRole: false, reason: `the role ${APP_ROLE} owns the table ${table}` };
      if (!may.startsWith("select insert")) {
        return { separateRole: false, reason: `the role ${APP_ROLE} lacks its rights on the table ${table}` };
      }
      if (table === "ledger_entry" && may !== "select insert") {
        return { separateRole: false, reason: `the role ${APP_ROLE} may change the ledger (${may})` };
      }
    }
    return { separateRole: true };
  } finally {
    await client.end();
  }
}

/** For the settings page: what the start found, handed down as WAYBILL_ROLE_SEPARATION ("" or the reason). */
export function roleSeparation(): RoleSeparation {
  const reason = process.env.WAYBILL_ROLE_SEPARATION;
  if (reason === "") return { separateRole: true };
  return { separateRole: false, reason: reason ?? "Waybill was not started by its start command, which checks it" };
}
