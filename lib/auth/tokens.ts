import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { loadStoredPerson } from "@/lib/auth/people";
import type { TokenPrincipal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import { Unauthenticated } from "@/lib/pipeline/errors";
import { type TokenRole, tokenRoles } from "@/lib/pipeline/policy/project";

export const TOKEN_DAYS_MAX = 365;

const tokenForm = /^wb_[A-Za-z0-9_-]{43}$/;

/** A new token's secret: 256 random bits in base64url behind `wb_`. It is shown once; only `hashOfToken` is kept. */
export function newTokenSecret(): string {
  return `wb_${randomBytes(32).toString("base64url")}`;
}

/** SHA-256, hex. No salt and no slow hash are needed: the secret is 256 random bits, not a password. */
export function hashOfToken(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

interface TokenRow {
  id: string;
  hash: string;
  label: string;
  project: string;
  role: string;
  environments: string[];
  owner: string;
  createdAt: string;
  expiresAt: string;
  stale: boolean;
}

/**
 * The token that `secret` is, with its owner as the owner stands now. Throws Unauthenticated, the same for a malformed, an
 * unknown, an expired and a revoked one. Notes the use, at most once a minute.
 */
export async function tokenPrincipal(db: Queryable, secret: string): Promise<TokenPrincipal> {
  if (!tokenForm.test(secret)) throw new Unauthenticated("malformed token");
  const hash = hashOfToken(secret);
  const [row] = await db.query<TokenRow>(sql`
    SELECT id, hash, label, project, role, environments, owner, created_at AS "createdAt", expires_at AS "expiresAt",
           (used_at IS NULL OR used_at < now() - interval '1 minute') AS stale
      FROM api_token
     WHERE hash = ${hash} AND revoked_at IS NULL AND expires_at > now()`);
  if (row === undefined || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash))) {
    throw new Unauthenticated("unknown, expired or revoked token");
  }
  const role = tokenRoles.find((known) => known === row.role);
  const owner = await loadStoredPerson(db, row.owner);
  if (owner === null || role === undefined) throw new Unauthenticated(`token ${row.id} has no owner or role`);
  if (owner.revokedAt !== null && Date.parse(row.createdAt) <= Date.parse(owner.revokedAt)) {
    throw new Unauthenticated(`token ${row.id} is older than the revocation of its owner`);
  }
  if (row.stale) await touch(db, row.id);
  return asPrincipal(row, role, owner.principal);
}

/** `environments` empty in the table means every one: a list in the project file is never empty. */
function asPrincipal(row: TokenRow, role: TokenRole, owner: TokenPrincipal["owner"]): TokenPrincipal {
  return {
    kind: "token",
    id: row.id,
    name: row.label,
    project: row.project,
    role,
    environments: row.environments.length === 0 ? null : row.environments,
    expiresAt: row.expiresAt,
    owner,
  };
}

async function touch(db: Queryable, id: string): Promise<void> {
  await db.execute(sql`
    UPDATE api_token SET used_at = now()
     WHERE id = ${id} AND (used_at IS NULL OR used_at < now() - interval '1 minute')`);
}
