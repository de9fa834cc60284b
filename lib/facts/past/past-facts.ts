import { allSent } from "@/lib/db/all-sent";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { groupBy } from "@/lib/facts/evidence/asked";
import { loadStandingSuccesses } from "@/lib/facts/evidence/successes";
import type { PastFacts, PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import type { CheckFact, GateEvidence, ImageFacts, Scan, UpstreamSuccess } from "@/lib/pipeline/gates/gate";

type Field = keyof PastFacts;
type Of<Name extends Field> = NonNullable<PastFacts[Name]>[number];
type Loader<Name extends Field> = (db: Queryable, past: Past) => Promise<(id: string) => PastFacts[Name]>;

/** The promotions of one project whose facts are read, as arrays that a statement takes. */
interface Past {
  project: string;
  promotions: readonly PastPromotion[];
}

/** Every field that can be read as it stood: the compiler lists the one that is missing here. */
const loaders: { [Name in Field]: Loader<Name> } = {
  holds: loadHolds,
  blocks: loadBlocks,
  pins: loadPins,
  successes: loadSuccesses,
  images: loadImages,
  scans: loadScans,
  checks: loadChecks,
};

/**
 * What stood at the moment at which each of these promotions of one project started, by their ids: one query a kind of
 * fact, however many they are. Read from what is only ever added to, or that keeps from when until when it stood.
 */
export async function loadPastFacts(
  db: Queryable,
  project: string,
  promotions: readonly PastPromotion[],
): Promise<Map<string, PastFacts>> {
  const past = { project, promotions };
  const fields = Object.keys(loaders) as Field[];
  const found = await allSent(
    fields.map(async (field) => {
      const answer = await loaders[field](db, past);
      return (id: string): PastFacts => ({ [field]: answer(id) });
    }),
  );
  return new Map(
    promotions.map(({ id }) => [id, Object.assign({}, ...found.map((answer) => answer(id))) as PastFacts]),
  );
}

/** A row a promotion: its id, its environment and the moment at which it started. */
function places({ promotions }: Past): Sql {
  return sql`unnest(${promotions.map((one) => one.id)}::text[],
                    ${promotions.map((one) => one.plan.environment)}::text[],
                    ${promotions.map((one) => one.startedAt)}::timestamptz[]) as c (id, environment, at)`;
}

/** A row a promotion and service: beside the above the service and the digest that it was to get. */
function artifacts({ promotions }: Past): Sql {
  const all = promotions.flatMap((one) => one.plan.services.map((planned) => ({ one, planned })));
  return sql`unnest(${all.map(({ one }) => one.id)}::text[], ${all.map(({ one }) => one.plan.environment)}::text[],
                    ${all.map(({ planned }) => planned.service)}::text[],
                    ${all.map(({ planned }) => planned.to.digest)}::text[],
                    ${all.map(({ one }) => one.startedAt)}::timestamptz[]) as c (id, environment, service, digest, at)`;
}

async function answerOf<Row extends { id: string }, Value>(
  rows: Promise<Row[]>,
  value: (row: Omit<Row, "id">) => Value,
): Promise<(id: string) => Value[]> {
  const byId = groupBy(await rows, (row) => row.id);
  return (id) => (byId.get(id) ?? []).map(({ id: _, ...row }) => value(row));
}

type Row<Name extends Field> = Of<Name> & { id: string };
const itself = <Value>(value: Value) => value;

// What began within the millisecond at which it started did not stop it, so it came later.
function loadHolds(db: Queryable, past: Past) {
  const rows = db.query<Row<"holds">>(
    sql`select c.id, h.environment, h.reason, h.held_by as "heldBy", h.held_at as "heldAt"
          from ${places(past)} join hold h on h.project = ${past.project}
           and (h.environment = c.environment or h.environment is null)
           and h.held_at < c.at and (h.lifted_at is null or h.lifted_at > c.at)`,
  );
  return answerOf(rows, itself) as ReturnType<Loader<"holds">>;
}

function loadBlocks(db: Queryable, past: Past) {
  const rows = db.query<Row<"blocks">>(
    sql`select c.id, b.service, b.digest, b.reason, b.blocked_at as "blockedAt"
          from ${artifacts(past)} join block b on b.project = ${past.project} and b.environment = c.environment
           and b.service = c.service and b.digest = c.digest
           and b.blocked_at < c.at and (b.lifted_at is null or b.lifted_at > c.at)`,
  );
  return answerOf(rows, itself) as ReturnType<Loader<"blocks">>;
}

function loadPins(db: Queryable, past: Past) {
  const rows = db.query<Row<"pins">>(
    sql`select c.id, n.service, n.digest, n.reason, n.pinned_by as "pinnedBy", n.pinned_at as "pinnedAt"
          from ${artifacts(past)} join pin n on n.project = ${past.project} and n.environment = c.environment
           and n.service = c.service and n.pinned_at < c.at and (n.lifted_at is null or n.lifted_at > c.at)`,
  );
  return answerOf(rows, itself) as ReturnType<Loader<"pins">>;
}

async function loadSuccesses(db: Queryable, past: Past): Promise<(id: string) => UpstreamSuccess[]> {
  const wanted = sql`(select c.id, ${past.project}::text as project, c.service, c.digest, c.at from ${artifacts(past)})`;
  const byId = await loadStandingSuccesses(db, wanted);
  return (id) => byId.get(id) ?? [];
}

function loadImages(db: Queryable, past: Past): Promise<(id: string) => ImageFacts[]> {
  const rows = db.query<Omit<ImageFacts, "images"> & { id: string; images: NonNullable<ImageFacts["images"]> | null }>(
    sql`select distinct on (c.id, a.service) c.id, a.service, a.digest, a.image->'images' as images
          from ${artifacts(past)} join artifact a on a.project = ${past.project} and a.service = c.service
           and a.digest = c.digest and a.announced_at <= c.at
         order by c.id, a.service, (a.image->'images' is null), a.announced_at desc`,
  );
  return answerOf(rows, ({ images, ...facts }) => ({ ...facts, ...(images === null ? {} : { images }) }) as ImageFacts);
}

/** What registries held then is not kept: only what was uploaded by then counts, and the gate says so. */
async function loadScans(db: Queryable, past: Past): Promise<(id: string) => GateEvidence["scans"]> {
  const rows = await db.query<Omit<Scan, "id"> & { id: string; scan: string; service: string }>(
    sql`select distinct on (c.id, c.service, lower(s.tool)) c.id, c.service, s.id as scan, s.tool,
               s.tool_version as "toolVersion", s.scanned_at as "scannedAt", s.reported_by->>'name' as "reportedBy",
               s.findings
          from ${artifacts(past)} join scan s on s.project = ${past.project} and s.digest = c.digest
           and s.reported_at <= c.at
         order by c.id, c.service, lower(s.tool), s.scanned_at desc, s.reported_at desc`,
  );
  const byId = groupBy(rows, (row) => row.id);
  const planned = new Map(past.promotions.map((one) => [one.id, one.plan.services]));
  return (id) =>
    (planned.get(id) ?? []).map(({ service, to }) => ({
      ...{ service, digest: to.digest },
      uploaded: (byId.get(id) ?? [])
        .filter((row) => row.service === service)
        .map(({ id: _, service: __, scan, ...facts }): Scan => ({ ...facts, id: scan })),
    }));
}

/** The last report of each check by then: the ledger has all of them. */
function loadChecks(db: Queryable, past: Past): Promise<(id: string) => CheckFact[]> {
  const rows = db.query<CheckFact & { id: string }>(
    sql`select distinct on (c.id, e.environment, c.digest, e.data->>'name')
               c.id, e.data->>'name' as name, c.digest, e.environment, e.data->>'status' as status,
               e.data->>'summary' as summary, e.data->>'url' as url, e.actor->>'name' as "reportedBy", e.at as "reportedAt"
          from ${artifacts(past)} join ledger_entry e on e.project = ${past.project} and e.kind = 'check.reported'
           and e.data->>'digest' = c.digest and e.at <= c.at
         order by c.id, e.environment, c.digest, e.data->>'name', e.seq desc`,
  );
  return answerOf(rows, itself) as Promise<(id: string) => CheckFact[]>;
}
