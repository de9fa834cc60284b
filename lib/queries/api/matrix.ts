import type { Principal } from "@/lib/auth/principal";
import { type Queryable, sql } from "@/lib/db/sql";
import type { PromotionPhase } from "@/lib/pipeline/promotion/state";
import { fromCursor, type PageOf, pageFrom } from "@/lib/queries/api/page";
import { readableProjects } from "@/lib/queries/api/visible";
import { healthNow, healthReasonNow, joinTrouble } from "@/lib/queries/cell-sql";

export interface CellRun {
  digest: string;
  version: string | null;
  release: string | null;
  since: string | null;
}

/** One service in one environment: what should run, what was seen running, what was verified. */
export interface CellView {
  environment: string;
  wanted: (CellRun & { promotion: string | null }) | null;
  observed: CellRun | null;
  observedAt: string | null;
  verified: CellRun | null;
  health: string;
  healthReason: string | null;
  ready: number;
  desired: number;
  drift: { digest: string; since: string | null } | null;
  open: { promotion: string; phase: PromotionPhase; version: string | null } | null;
}

export interface MatrixRowView {
  project: string;
  service: string;
  cells: CellView[];
}

export interface MatrixFilter {
  project?: string;
  service?: string;
  limit: number;
  cursor?: string;
}

interface ServiceRow {
  project: string;
  service: string;
  position: number;
}

type Run<Name extends string> = Record<
  `${Name}Digest` | `${Name}Version` | `${Name}Release` | `${Name}Since`,
  string | null
>;
type CellRow = Run<"wanted"> &
  Run<"observed"> &
  Run<"verified"> & {
    project: string;
    service: string;
    environment: string;
    wantedPromotion: string | null;
    observedAt: string | null;
    health: string;
    healthReason: string | null;
    ready: number;
    desired: number;
    driftDigest: string | null;
    driftSince: string | null;
    openPromotion: string | null;
    openPhase: PromotionPhase | null;
    openVersion: string | null;
  };

/** Services in the order of their project's file, each with its environments; a service has no cell without a target. */
export async function readMatrixRows(
  db: Queryable,
  principal: Principal,
  filter: MatrixFilter,
): Promise<PageOf<MatrixRowView>> {
  const projects = await readableProjects(db, principal, filter.project);
  const { service, limit, cursor } = filter;
  const after = cursor === undefined ? undefined : fromCursor(cursor, ["text", "number"]);
  const rows = await db.query<ServiceRow>(sql`
    select project, name as service, position from service
     where project = any(${projects})
       ${service === undefined ? sql.empty : sql`and name = ${service}`}
       ${after === undefined ? sql.empty : sql`and (project, position) > (${after[0]}, ${after[1]})`}
     order by project, position
     limit ${limit + 1}`);
  const page = pageFrom(rows, limit, (row) => [row.project, row.position]);
  const keyOf = (row: { project: string; service: string }) => `${row.project}/${row.service}`;
  const cells = new Map<string, CellView[]>(page.items.map((row) => [keyOf(row), []]));
  for (const cell of await loadCells(db, page.items)) cells.get(keyOf(cell))?.push(cellView(cell));
  const items = page.items.map((row) => ({
    project: row.project,
    service: row.service,
    cells: cells.get(keyOf(row)) ?? [],
  }));
  return { items, next: page.next };
}

function loadCells(db: Queryable, services: ServiceRow[]): Promise<CellRow[]> {
  return db.query<CellRow>(sql`
    select d.project, d.service, d.environment,
           d.wanted_digest as "wantedDigest", d.wanted_version as "wantedVersion", d.wanted_release as "wantedRelease",
           d.wanted_since as "wantedSince", d.wanted_promotion as "wantedPromotion",
           d.observed_digest as "observedDigest", d.observed_version as "observedVersion",
           d.observed_release as "observedRelease", d.observed_since as "observedSince", d.observed_at as "observedAt",
           d.verified_digest as "verifiedDigest", d.verified_version as "verifiedVersion",
           d.verified_release as "verifiedRelease", d.verified_at as "verifiedSince",
           ${healthNow} as health, ${healthReasonNow} as "healthReason", d.ready, d.desired,
           d.drift_digest as "driftDigest", d.drift_since as "driftSince",
           d.open_promotion as "openPromotion", d.open_phase as "openPhase", d.open_version as "openVersion"
      from unnest(${services.map((one) => one.project)}::text[], ${services.map((one) => one.service)}::text[]) as s (project, service)
      join deployment d on d.project = s.project and d.service = s.service
      join environment e on e.project = d.project and e.name = d.environment
      ${joinTrouble}
     order by d.project, d.service, e.position`);
}

function cellView(row: CellRow): CellView {
  const { environment, observedAt, health, healthReason, ready, desired } = row;
  const wanted = runOf(row.wantedDigest, row.wantedVersion, row.wantedRelease, row.wantedSince);
  return {
    environment,
    wanted: wanted && { ...wanted, promotion: row.wantedPromotion },
    observed: runOf(row.observedDigest, row.observedVersion, row.observedRelease, row.observedSince),
    observedAt,
    verified: runOf(row.verifiedDigest, row.verifiedVersion, row.verifiedRelease, row.verifiedSince),
    ...{ health, healthReason, ready, desired },
    drift: row.driftDigest === null ? null : { digest: row.driftDigest, since: row.driftSince },
    open:
      row.openPromotion === null || row.openPhase === null
        ? null
        : { promotion: row.openPromotion, phase: row.openPhase, version: row.openVersion },
  };
}

function runOf(digest: string | null, version: string | null, release: string | null, since: string | null) {
  return digest === null ? null : { digest, version, release, since };
}
