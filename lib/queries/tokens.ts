import { can } from "@/lib/auth/permissions";
import { type Principal, personOf } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";

/** A token as the settings show it; nothing in it helps to use it. Times are ISO 8601, UTC. */
export interface TokenView {
  id: string;
  label: string;
  project: string;
  role: string;
  /** Empty: every environment. */
  environments: string[];
  owner: string;
  ownerName: string | null;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  usedAt: string | null;
}

/** The tokens of a project ("*": those for every project), newest first: an administrator's all, else one's own. */
export async function listTokens(db: Queryable, principal: Principal, project: string): Promise<TokenView[]> {
  // An alarm sees nothing, also not what its owner sees.
  if (principal.kind === "token" && principal.role === "alarm") return [];
  const all = can(principal, "configure", { project }) || can(principal, "administer", { instance: true });
  const own = personOf(principal).id;
  return db.query<TokenView>(sql`
    SELECT t.id, t.label, t.project, t.role, t.environments, t.owner, p.name AS "ownerName", t.created_at AS "createdAt",
           t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt", t.used_at AS "usedAt"
      FROM api_token t LEFT JOIN person p ON p.id = t.owner
     WHERE t.project = ${project} AND (${all} OR t.owner = ${own})
     ORDER BY t.created_at DESC
     LIMIT 500`);
}
