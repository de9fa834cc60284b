import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { Actor } from "@/lib/pipeline/actor";
import { NotFound } from "@/lib/pipeline/errors";
import type { PromotionPhase } from "@/lib/pipeline/promotion/state";
import type { Migration } from "@/lib/pipeline/release/migration";
import { type ArtifactCheck, loadArtifactChecks } from "@/lib/queries/artifact-checks";
import { type ArtifactScan, loadArtifactScans } from "@/lib/queries/artifact-scans";
import { type ArtifactSignatures, loadArtifactSignatures } from "@/lib/queries/artifact-signatures";
import { holdOf } from "@/lib/queries/hold-sql";
import { actorWords } from "@/lib/queries/people";
import { type ArtifactStanding, standingsOf } from "@/lib/queries/service-releases";

/** One service's image in a release, as its registry described it. Times are ISO 8601, UTC. */
export interface ReleaseArtifact {
  service: string;
  repository: string;
  digest: string;
  version: string | null;
  revision: string | null;
  source: string | null;
  buildUrl: string | null;
  builtAt: string | null;
  /** What it does to data, as its announcement said; null where nothing was said. */
  migration: Migration | null;
  sizeBytes: number;
  user: string | null;
  healthcheck: boolean | null;
  mediaType: string | null;
  platforms: { digest: string; os: string; architecture: string; variant?: string }[];
  labels: Record<string, string>;
  /** The one architecture of what is no index; null where it was not kept. */
  architecture: string | null;
  scans: ArtifactScan[];
  checks: ArtifactCheck[];
  /** Null where no gate has asked for them. */
  signatures: ArtifactSignatures | null;
  standings: ArtifactStanding[];
}

export interface ReleasePromotion {
  id: string;
  environment: string;
  kind: "promote" | "rollback";
  phase: PromotionPhase;
  requestedBy: string;
  requestedAt: string;
  endedAt: string | null;
  reason: string | null;
}

/** An environment that at least one of the release's services reaches. */
export interface ReleasePlace {
  environment: string;
  protected: boolean;
  /** Where the same digest must have succeeded before; `all` of them or `any` one. */
  requires: string[];
  requiresAny: boolean;
  held: string | null;
  mayPromote: boolean;
  mayBlock: boolean;
}

export interface ReleaseView {
  asOf: string;
  project: string;
  key: string;
  version: string;
  announcedBy: string;
  announcedAt: string;
  /** The number of its entry in the ledger. */
  entry: number | null;
  artifacts: ReleaseArtifact[];
  places: ReleasePlace[];
  /** Newest first, a hundred at most. */
  promotions: ReleasePromotion[];
}

/** A release: what is in it, where it has been, where it may go. Throws NotFound. */
export async function loadRelease(
  db: Queryable,
  principal: Principal,
  { project, key }: { project: string; key: string },
  now: string,
): Promise<ReleaseView> {
  if (!can(principal, "view", { project })) throw new NotFound(`project ${project}`);
  const [[release], artifacts, places, promotions] = await Promise.all([
    db.query<{ version: string; announcedBy: Actor; announcedAt: string; entry: number | null }>(
      sql`select version, announced_by as "announcedBy", announced_at as "announcedAt",
                 (select min(seq) from ledger_entry e where e.project = r.project and e.release = r.key
                     and e.kind = 'release.announced') as entry
            from release r where project = ${project} and key = ${key}`,
    ),
    loadArtifacts(db, project, key),
    loadPlaces(db, project, key),
    loadPromotions(db, project, key),
  ]);
  if (!release) throw new NotFound(`release ${project}/${key}`);
  return {
    asOf: now,
    project,
    key,
    ...release,
    announcedBy: actorWords(release.announcedBy),
    artifacts,
    places: places.map((place) => ({
      ...place,
      mayPromote: can(principal, "promote", { project, environment: place.environment }),
      mayBlock: can(principal, "block", { project, environment: place.environment }),
    })),
    promotions: promotions.map((one) => ({ ...one, requestedBy: actorWords(one.requestedBy) })),
  };
}

async function loadArtifacts(db: Queryable, project: string, key: string): Promise<ReleaseArtifact[]> {
  const rows = await db.query<Omit<ReleaseArtifact, "scans" | "signatures" | "checks">>(
    sql`select a.service, a.repository, a.digest, a.version, a.revision, a.source, a.build_url as "buildUrl",
               a.built_at as "builtAt", a.migration, a.size_bytes as "sizeBytes",
               a.image->>'user' as user,
               (a.image->>'healthcheck')::boolean as healthcheck, a.image->>'mediaType' as "mediaType",
               coalesce(a.image->'platforms', '[]') as platforms, coalesce(a.image->'labels', '{}') as labels,
               a.image->'images'->0->>'architecture' as architecture, s.standings
          from artifact a left join lateral (${standingsOf(sql`a`)}) s on true
         where a.project = ${project} and a.release = ${key} order by a.position`,
  );
  const digests = rows.map((row) => row.digest);
  const [scansOf, signaturesOf, checksOf] = await Promise.all([
    loadArtifactScans(db, project, digests),
    loadArtifactSignatures(db, project, digests),
    loadArtifactChecks(db, project, digests),
  ]);
  return rows.map((row) => ({
    ...row,
    scans: scansOf(row.digest),
    signatures: signaturesOf(row.digest),
    checks: checksOf(row.digest),
  }));
}

function loadPlaces(
  db: Queryable,
  project: string,
  key: string,
): Promise<Omit<ReleasePlace, "mayPromote" | "mayBlock">[]> {
  return db.query<Omit<ReleasePlace, "mayPromote" | "mayBlock">>(
    sql`select e.name as environment, e.protected, e.requires, e.requires_any as "requiresAny",
               ${holdOf(sql`h.reason`, sql`e.project`, sql`e.name`)} as held
          from environment e
         where e.project = ${project} and exists (
           select 1 from artifact a join deployment d on d.project = a.project and d.service = a.service
            where a.project = ${project} and a.release = ${key} and d.environment = e.name)
         order by e.position`,
  );
}

function loadPromotions(db: Queryable, project: string, key: string) {
  return db.query<Omit<ReleasePromotion, "requestedBy"> & { requestedBy: Actor }>(
    sql`select id, environment, kind, phase, requested_by as "requestedBy", requested_at as "requestedAt",
               ended_at as "endedAt", state->>'reason' as reason
          from promotion where project = ${project} and release = ${key}
         order by requested_at desc, id desc limit 100`,
  );
}
