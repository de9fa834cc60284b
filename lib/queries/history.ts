import { z } from "zod";
import { can, visibleProjects } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { type EntryRow, entryFromRow, type LedgerEntry } from "@/lib/ledger/ledger-entry";
import { loadHead } from "@/lib/ledger/load";
import type { Actor } from "@/lib/pipeline/actor";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import type { EntryBody } from "@/lib/pipeline/promotion/entry";
import { type EntryPromotion, type EntryWords, entryWords, type SpokenEntry } from "@/lib/queries/entry-words";
import { entryGroupNames, kindsOf, peopleKinds } from "@/lib/queries/history-kinds";
import { actorWords, loadPeopleOf } from "@/lib/queries/people";

const name = z.string().min(1).max(63);
const instant = z.iso.datetime({ error: "must be a time such as 2026-11-21T10:00:00Z" });
const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const historyFilter = z.strictObject({
  /** Whose chain; each project has its own. */
  project: z.string().min(1).max(63),
  kind: z.enum(entryGroupNames).optional(),
  environment: name.optional(),
  service: name.optional(),
  release: z.string().min(1).max(200).optional(),
  promotion: z.string().min(1).max(100).optional(),
  /** A person's id, or the name of one of Waybill's own parts: worker, observer, start. */
  by: z.string().min(1).max(500).optional(),
  from: instant.optional(),
  to: instant.optional(),
  /** Entries with lower numbers only, newest first. */
  before: seq.optional(),
  /** The entries that follow this number, for the way back. */
  after: seq.optional(),
});
export type HistoryFilter = z.input<typeof historyFilter>;

/** An entry as a line of the book. Times are ISO 8601, UTC. */
export interface HistoryLine extends EntryWords {
  seq: number;
  at: string;
  kind: EntryBody["kind"];
  by: string;
  promotion: string | null;
  hash: string;
}

export interface HistoryView {
  asOf: string;
  project: string;
  /** What may be read: projects by name, the installation's chain last. */
  chains: string[];
  /** Where the chain ends now: what an export is held against. */
  head: { seq: number; hash: string };
  /** How far the worker walked the chain and recomputed its hashes; `finding` says what is wrong behind that. */
  checked: { seq: number; at: string; finding: string | null } | null;
  /** Newest first. */
  lines: HistoryLine[];
  /** How to ask for what is newer and older; null where there is nothing. */
  newer: number | null;
  older: number | null;
  choices: { environments: string[]; services: string[]; people: { id: string; name: string }[] };
}

const pageSize = 50;

/** Waybill's own parts, by the names under which they write. */
const systems: ReadonlySet<string> = new Set(["worker", "observer", "start", "automation", "Waybill"]);

/** A page of a project's ledger. Throws InvalidInput, and NotFound for a chain that the principal may not read. */
export async function loadHistory(
  db: Queryable,
  principal: Principal,
  raw: HistoryFilter,
  now: string,
): Promise<HistoryView> {
  const filter = parseInput(historyFilter, raw);
  const { project } = filter;
  mustReadChain(principal, project);
  const [rows, head, [checked], choices, people, chains] = await Promise.all([
    loadRows(db, filter),
    loadHead(db, project),
    db.query<NonNullable<HistoryView["checked"]>>(
      sql`select seq, checked_at as at, finding from ledger_check where project = ${project}`,
    ),
    loadChoices(db, project),
    loadPeopleOf(db, project),
    loadChains(db, principal),
  ]);
  if (!chains.includes(project)) throw new NotFound(`chain ${project}`);
  const isWayBack = filter.after !== undefined;
  const shown = isWayBack ? rows.slice(0, pageSize).reverse() : rows.slice(0, pageSize);
  const more = rows.length > pageSize;
  const [first, last] = [shown[0], shown.at(-1)];
  return {
    asOf: now,
    project,
    chains,
    head: { seq: head.seq, hash: head.hash },
    checked: checked ?? null,
    lines: shown.map(lineOf),
    newer: first && (isWayBack ? more : filter.before !== undefined) ? first.seq : null,
    older: last && (isWayBack || more) ? last.seq : null,
    choices: { ...choices, people: people.map((person) => ({ id: person.id, name: person.name })) },
  };
}

const exportPageSize = 500;

/**
 * Every line that matches, newest first, read as it is taken; `before` and `after` of the filter do not count. Authorizes
 * before it answers: throws InvalidInput, and NotFound as loadHistory does.
 */
export async function openHistoryExport(
  db: Queryable,
  principal: Principal,
  raw: HistoryFilter,
): Promise<AsyncGenerator<HistoryLine[]>> {
  const filter = { ...parseInput(historyFilter, raw), before: undefined, after: undefined };
  mustReadChain(principal, filter.project);
  if (!(await loadChains(db, principal)).includes(filter.project)) throw new NotFound(`chain ${filter.project}`);
  return pagesOf(db, filter);
}

async function* pagesOf(db: Queryable, filter: z.output<typeof historyFilter>): AsyncGenerator<HistoryLine[]> {
  for (let before: number | undefined; ; ) {
    const rows = await loadRows(db, { ...filter, before }, exportPageSize);
    yield rows.slice(0, exportPageSize).map(lineOf);
    before = rows[exportPageSize - 1]?.seq;
    if (rows.length <= exportPageSize) return;
  }
}

export interface EntryView {
  entry: LedgerEntry;
  words: EntryWords;
  by: string;
}

/** One entry, whole. Throws NotFound. */
export async function loadEntry(
  db: Queryable,
  principal: Principal,
  project: string,
  number: number,
): Promise<EntryView> {
  mustReadChain(principal, project);
  const [row] = await db.query<HistoryRow>(
    sql`select ${entryColumns} from ledger_entry e left join promotion p on p.id = e.promotion
         where e.project = ${project} and e.seq = ${number}`,
  );
  if (!row) throw new NotFound(`entry ${project} ${number}`);
  return { entry: entryFromRow(row), words: wordsOf(row), by: actorWords(row.actor) };
}

function mustReadChain(principal: Principal, project: string): void {
  const may =
    project === instanceChain ? can(principal, "administer", { instance: true }) : can(principal, "view", { project });
  if (!may) throw new NotFound(`chain ${project}`);
}

async function loadChains(db: Queryable, principal: Principal): Promise<string[]> {
  const rows = await db.query<{ name: string }>(sql`select name from project order by name`);
  const projects = visibleProjects(
    principal,
    rows.map((row) => row.name),
  );
  return can(principal, "administer", { instance: true }) ? [...projects, instanceChain] : projects;
}

type HistoryRow = EntryRow & { about: EntryPromotion | null };

const entryColumns = sql`e.project, e.seq, e.at, e.kind, e.actor, e.promotion, e.service, e.environment, e.release,
  e.data, e.prev, e.hash,
  case when p.id is not null then json_build_object(
    'services', p.services, 'version', p.version, 'environment', p.environment, 'kind', p.kind) end as about`;

/** One row more than a page shows, in the order in which they are walked. */
function loadRows(db: Queryable, filter: z.output<typeof historyFilter>, size = pageSize): Promise<HistoryRow[]> {
  const order = filter.after === undefined ? sql`desc` : sql`asc`;
  const last = sql`order by e.seq ${order} limit ${size + 1}`;
  return db.query<HistoryRow>(
    sql`select ${entryColumns} from (${walk(filter, last)}) e left join promotion p on p.id = e.promotion
         order by e.seq ${order}`,
  );
}

/** The entries that match, found along the index that fits what is asked, without reading the whole book. */
function walk(filter: z.output<typeof historyFilter>, last: Sql): Sql {
  const { project, service } = filter;
  const kinds = walkedKinds(filter);
  const where = sql`e.project = ${project} ${conditions(filter)}`;
  if (service !== undefined) {
    const ofKind = kinds ? sql`and e.kind = any(${kinds})` : sql.empty;
    // Its own entries, and those of promotions that move it, several services' included.
    return sql`select e.* from (
        (select e.* from ledger_entry e where e.service = ${service} and ${where} ${ofKind} ${last})
        union all
        (select e.* from promotion q cross join lateral (
          select e.* from ledger_entry e where e.promotion = q.id and e.service is null and ${where} ${ofKind} ${last}) e
          where q.project = ${project} and ${service} = any(q.services) ${last})) e ${last}`;
  }
  if (!kinds) return sql`select e.* from ledger_entry e where ${where} ${last}`;
  return sql`select e.* from unnest(${kinds}::text[]) as k (kind) cross join lateral (
      select e.* from ledger_entry e where e.kind = k.kind and ${where} ${last}) e ${last}`;
}

/** The kinds that can match, where that is known; what people write is a small part of a ledger. */
function walkedKinds({ kind, by }: z.output<typeof historyFilter>): readonly string[] | undefined {
  const asked = kind === undefined ? undefined : kindsOf(kind);
  if (by === undefined || systems.has(by)) return asked;
  return asked ? asked.filter((one) => peopleKinds.includes(one)) : peopleKinds;
}

function conditions(filter: z.output<typeof historyFilter>): Sql {
  const { environment, release, promotion, by, before, after } = filter;
  const parts: Sql[] = [];
  if (environment !== undefined) parts.push(sql`and e.environment = ${environment}`);
  if (release !== undefined) parts.push(sql`and e.release = ${release}`);
  if (promotion !== undefined) parts.push(sql`and e.promotion = ${promotion}`);
  if (by !== undefined)
    parts.push(sql`and (e.actor->>'id' = ${by} or e.actor->>'owner' = ${by}
      or e.actor->>'kind' = 'system' and e.actor->>'name' = ${by})`);
  parts.push(...timeConditions(filter));
  if (before !== undefined && after === undefined) parts.push(sql`and e.seq < ${before}`);
  if (after !== undefined) parts.push(sql`and e.seq > ${after}`);
  return sql.join(parts, " ");
}

/**
 * Moments are the writers' clocks, numbers the order of writing: they agree but for the clocks' difference, so that an
 * hour beside a moment bounds the numbers, and the index over them need not be walked from its end.
 */
function timeConditions({ project, from, to }: z.output<typeof historyFilter>): Sql[] {
  const parts: Sql[] = [];
  if (from !== undefined)
    parts.push(sql`and e.at >= ${from}::timestamptz and e.seq > coalesce((
      select b.seq from ledger_entry b where b.project = ${project} and b.at < ${from}::timestamptz - interval '1 hour'
       order by b.at desc limit 1), 0)`);
  if (to !== undefined)
    parts.push(sql`and e.at <= ${to}::timestamptz and e.seq < coalesce((
      select b.seq from ledger_entry b where b.project = ${project} and b.at > ${to}::timestamptz + interval '1 hour'
       order by b.at limit 1), ${Number.MAX_SAFE_INTEGER})`);
  return parts;
}

async function loadChoices(db: Queryable, project: string) {
  const [row] = await db.query<{ environments: string[]; services: string[] }>(
    sql`select array(select name from environment where project = ${project} order by position) as environments,
               array(select name from service where project = ${project} order by name limit 1000) as services`,
  );
  return row ?? { environments: [], services: [] };
}

function lineOf(row: HistoryRow): HistoryLine {
  const { seq: number, at, promotion, hash } = row;
  // Only append.ts writes rows, from an Entry.
  const kind = row.kind as EntryBody["kind"];
  return { seq: number, at, kind, promotion, hash, by: actorWords(row.actor as Actor), ...wordsOf(row) };
}

function wordsOf(row: HistoryRow): EntryWords {
  const { kind, data, subject } = entryFromRow(row);
  return entryWords({ kind, data, subject, promotion: row.about } as SpokenEntry);
}
