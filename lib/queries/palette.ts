import { z } from "zod";
import type { Principal } from "@/lib/auth/principal";
import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { joinHoldOf } from "@/lib/queries/hold-sql";
import { projectsInSightOf } from "@/lib/queries/visible-projects";

export const paletteText = z.string().trim().max(200);

/** Something that the palette found, in the words of its line. */
export type PaletteItem =
  | { kind: "service"; project: string; service: string; repository: string }
  | {
      kind: "release";
      project: string;
      key: string;
      version: string;
      services: string[];
      digest: string;
      announcedAt: string;
    }
  | {
      kind: "promotion";
      id: string;
      project: string;
      services: string[];
      version: string;
      environment: string;
      phase: string;
    }
  | { kind: "environment"; project: string; environment: string; held: boolean };

export interface PaletteView {
  text: string;
  items: PaletteItem[];
}

const perKind = 6;

/**
 * What the principal may see that somebody may mean by `text`: a part of a service's or an environment's name, the
 * beginning of a release's version or key, of a digest or a commit, a promotion by its id or number, or a service
 * followed by a version. The best matches first, six of a kind.
 */
export async function searchPalette(db: Queryable, principal: Principal, text: string): Promise<PaletteView> {
  const asked = paletteText.parse(text);
  const words = asked.toLowerCase();
  if (words === "") return { text: asked, items: [] };
  const projects = projectsInSightOf(principal) ?? (await everyProject(db));
  const [services, releases, promotions, environments] = await Promise.all([
    findServices(db, projects, words),
    findReleases(db, projects, words),
    findPromotions(db, projects, words),
    findEnvironments(db, projects, words),
  ]);
  const items = [...services, ...releases, ...promotions, ...environments];
  return {
    text: asked,
    items: looksLikeBytes(words) ? [...releases, ...items.filter((one) => one.kind !== "release")] : items,
  };
}

async function everyProject(db: Queryable): Promise<string[]> {
  return (await db.query<{ name: string }>(sql`select name from project`)).map((row) => row.name);
}

function looksLikeBytes(words: string): boolean {
  return /^(sha256:)?[0-9a-f]{7,64}$/.test(words);
}

const literal = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");
const beginning = (text: string) => `${literal(text)}%`;
const containing = (text: string) => `%${literal(text)}%`;

/** A name that is it, then one that begins with it, then one that has it anywhere. */
const byName = (name: Sql, words: string) =>
  sql`${name} <> ${words}, ${name} not like ${beginning(words)}, length(${name}), ${name}`;

async function findServices(db: Queryable, projects: string[], words: string): Promise<PaletteItem[]> {
  const rows = await db.query<{ project: string; service: string; repository: string }>(sql`
    select project, name as service, repository from service
     where project = any(${projects})
       and (name like ${containing(words)} or lower(repository) like ${containing(words)} or project || '/' || name like ${beginning(words)})
     order by ${byName(sql`name`, words)}, project limit ${perKind}`);
  return rows.map((row) => ({ kind: "service", ...row }));
}

async function findReleases(db: Queryable, projects: string[], words: string): Promise<PaletteItem[]> {
  const [first = "", ...rest] = words.split(/\s+/);
  const version = beginning(rest.join(" "));
  const hex = words.replace(/^sha256:/, "");
  const isHex = /^[0-9a-f]{4,64}$/.test(hex);
  const none = sql`select null::text as project, null::text as release where false`;
  const rows = await db.query<Omit<PaletteItem & { kind: "release" }, "kind">>(sql`
    with found as (
      (select project, key as release from release
        where project = any(${projects}) and lower(version) like any(${[beginning(words), beginning(`v${words}`)]})
        order by announced_at desc limit ${perKind})
      union
      (select project, key from release where project = any(${projects}) and lower(key) like ${beginning(words)}
        order by announced_at desc limit ${perKind})
      union (${isHex ? byBytes(projects, hex) : none})
      union (${rest.length > 0 ? byServiceAndVersion(projects, first, version) : none}))
    select r.project, r.key, r.version, r.announced_at as "announcedAt", a.services, a.digest
      from found f join release r on r.project = f.project and r.key = f.release
     cross join lateral (
       select array_agg(service order by position) as services, min(digest) filter (where position = 0) as digest
         from artifact where project = r.project and release = r.key) a
     where a.services is not null
     order by r.announced_at desc limit ${perKind}`);
  return rows.map((row) => ({ kind: "release", ...row }));
}

/** Digests and commits, by their beginning. */
function byBytes(projects: string[], hex: string): Sql {
  return sql`
    (select project, release from artifact where project = any(${projects}) and digest like ${`sha256:${hex}%`} limit ${perKind})
    union (select project, release from artifact where project = any(${projects}) and revision like ${`${hex}%`} limit ${perKind})`;
}

function byServiceAndVersion(projects: string[], service: string, version: string): Sql {
  return sql`
    select a.project, a.release
      from (select project, name from service where project = any(${projects}) and name like ${containing(service)}
             order by ${byName(sql`name`, service)} limit 10) s
     cross join lateral (
       select a.project, a.release, a.announced_at from artifact a join release r on r.project = a.project and r.key = a.release
        where a.project = s.project and a.service = s.name and lower(r.version) like any(array[${version}, 'v' || ${version}])
        order by a.announced_at desc limit ${perKind}) a
     order by a.announced_at desc limit ${perKind}`;
}

/** By id or number whatever became of them; by service, version or environment those that have not ended. */
async function findPromotions(db: Queryable, projects: string[], words: string): Promise<PaletteItem[]> {
  const named = /^(?:(.+)-)?#?(\d{1,9})$/.exec(words);
  const number = named?.[2] ? Number(named[2]) : -1;
  const project = named?.[1] ?? "";
  const terms = words.split(/\s+/).map(beginning);
  const rows = await db.query<Omit<PaletteItem & { kind: "promotion" }, "kind">>(sql`
    with found as (
      select id, 0 as rank from promotion
       where project = any(${projects}) and number = ${number} and (${project} = '' or project = ${project})
      union
      (select p.id, 1 from promotion p
        where p.ended_at is null and p.project = any(${projects}) and not exists (
          select from unnest(${terms}::text[]) as term
           where not (lower(p.version) like term or p.environment like term or p.phase ilike term
                      or exists (select from unnest(p.services) as service where service like term)))
        order by p.requested_at desc limit ${perKind}))
    select p.id, p.project, p.services, p.version, p.environment, p.phase
      from (select id, min(rank) as rank from found group by id) f join promotion p on p.id = f.id
     order by f.rank, p.requested_at desc limit ${perKind}`);
  return rows.map((row) => ({ kind: "promotion", ...row }));
}

async function findEnvironments(db: Queryable, projects: string[], words: string): Promise<PaletteItem[]> {
  const rows = await db.query<{ project: string; environment: string; held: boolean }>(sql`
    select e.project, e.name as environment, h.id is not null as held
      from environment e ${joinHoldOf(sql`e.project`, sql`e.name`)}
     where e.project = any(${projects})
       and (e.name like ${containing(words)} or e.project || ' ' || e.name like ${beginning(words)}
            or e.project || '/' || e.name like ${beginning(words)})
     order by ${byName(sql`e.name`, words)}, e.project limit ${perKind}`);
  return rows.map((row) => ({ kind: "environment", ...row }));
}
