import { withUser } from "@/lib/db/database-error";
import { type MigrateOptions, type MigrateResult, migrate } from "@/lib/db/migrate";
import { APP_ROLE, checkAppRole, ensureRoles, type RoleSeparation, withLedgerOwner } from "@/lib/db/roles";

export interface PrepareOptions extends MigrateOptions {
  /** Owns the database and migrates it. */
  ownerUrl: string;
  /** May create roles; the owner itself unless told. */
  adminUrl?: string;
  /** The application role's password, ASCII. */
  appPassword: string;
  /** An application role's address that an administrator gave; then no role is created. */
  appUrl?: string;
}

/** `url` is what web and worker use: the application's role, or the owner where no separate role could be had. */
export type Prepared = MigrateResult & RoleSeparation & { url: string };

/**
 * Makes a database ready for the application: roles, migrations, rights. Safe to call again and at
 * the same time. Throws a DatabaseError (one line) if the database does not answer or a migration cannot be applied.
 */
export async function prepareDatabase(options: PrepareOptions): Promise<Prepared> {
  const { ownerUrl, appPassword } = options;
  const adminUrl = options.adminUrl ?? ownerUrl;
  const roles: RoleSeparation =
    options.appUrl === undefined ? await ensureRoles(adminUrl, appPassword) : { separateRole: true };
  const result = roles.separateRole
    ? await withLedgerOwner(adminUrl, ownerUrl, () => migrate(ownerUrl, options))
    : await migrate(ownerUrl, options);
  if (!roles.separateRole) return { ...result, ...roles, url: ownerUrl };
  const url = options.appUrl ?? withUser(ownerUrl, APP_ROLE, appPassword);
  const checked = await checkAppRole(url);
  return { ...result, ...checked, url: checked.separateRole ? url : ownerUrl };
}
