import { mustBeAbleTo } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";

/** Somebody who has signed in at least once. */
export interface KnownPerson {
  id: string;
  name: string;
  /** "" where the sign-in service did not vouch for one. */
  email: string;
  groups: string[];
  administrator: boolean;
  /** The last sign-in; ISO 8601, UTC. */
  seenAt: string;
  revoked: Revoked | null;
}

/** Since when and why somebody may not use Waybill. */
export interface Revoked {
  at: string;
  by: Actor;
  reason: string;
}

type Row = Omit<KnownPerson, "revoked"> & { at: string | null; by: Actor; reason: string };

/** Everybody who has signed in, by name, a thousand at most; for administrators of the installation. */
export async function listPeople(db: Queryable, principal: Principal): Promise<KnownPerson[]> {
  mustBeAbleTo(principal, "administer", { instance: true });
  return readPeople(db, false);
}

/** Those whose access is revoked, newest first, a thousand at most. */
export async function listRevoked(db: Queryable): Promise<(KnownPerson & { revoked: Revoked })[]> {
  const people = await readPeople(db, true);
  return people.flatMap((one) => (one.revoked ? [{ ...one, revoked: one.revoked }] : []));
}

async function readPeople(db: Queryable, revokedOnly: boolean): Promise<KnownPerson[]> {
  const rows = await db.query<Row>(
    sql`select p.id, p.name, p.email, p.groups, p.administrator, p.seen_at as "seenAt",
               r.revoked_at as at, r.revoked_by as by, r.reason
          from person p left join revocation r on r.person = p.id and r.restored_at is null
         where ${!revokedOnly} or r.id is not null
         order by r.revoked_at desc nulls last, p.name, p.id limit 1000`,
  );
  return rows.map(({ at, by, reason, ...person }) => ({
    ...person,
    revoked: at === null ? null : { at, by, reason },
  }));
}
