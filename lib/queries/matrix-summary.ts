import type { Principal } from "@/lib/auth/principal";
import { prepared, type Queryable, type Sql, sql } from "@/lib/db/sql";
import { chipServices, isObserving, joinTrouble, movableOf, wasSeen } from "@/lib/queries/cell-sql";
import { type MatrixShow, matrixShows } from "@/lib/queries/matrix-input";
import { projectsInSightOf } from "@/lib/queries/visible-projects";

/** What is counted over the whole fleet, and so is not asked for with every screenful. */
export interface MatrixSummary {
  asOf: string;
  /** Services that each chip would leave. */
  counts: Record<MatrixShow, number>;
  projects: number;
  environments: EnvironmentSum[];
  /** The same answer is given again for so long: what changed meanwhile is not in it yet. */
  reusedForMs: number;
}

export interface EnvironmentSum {
  project: string;
  environment: string;
  /** Services that run here, and those of them that were seen healthy. */
  running: number;
  healthy: number;
}

const reusedMsMax = 2_000;
/** Counting may take this part of one connection's time. */
const shareOfTime = 0.1;

interface Kept {
  until: number;
  answer: Promise<MatrixSummary>;
}

const kept = new WeakMap<Queryable, Map<string, Kept>>();

/**
 * The counts above the matrix over the projects that the principal may see. They cost a walk over all cells, so an answer
 * serves everybody with the same projects for ten times as long as it took, 2 s at most.
 */
export async function readMatrixSummary(
  db: Queryable,
  principal: Principal,
  wanted?: readonly string[],
): Promise<MatrixSummary> {
  const projects = projectsInSightOf(principal, wanted);
  const key = projects === null ? "*" : JSON.stringify(projects.toSorted());
  const answers = kept.get(db) ?? new Map<string, Kept>();
  kept.set(db, answers);
  const before = answers.get(key);
  if (before && performance.now() < before.until) return before.answer;
  forget(answers);
  const began = performance.now();
  const entry: Kept = { until: Number.POSITIVE_INFINITY, answer: count(db, projects) };
  answers.set(key, entry);
  try {
    const answer = await entry.answer;
    const reusedForMs = Math.round(Math.min(reusedMsMax, (performance.now() - began) / shareOfTime));
    entry.until = performance.now() + reusedForMs;
    answer.reusedForMs = reusedForMs;
    return answer;
  } catch (error) {
    answers.delete(key);
    throw error;
  }
}

function forget(answers: Map<string, Kept>): void {
  const now = performance.now();
  for (const [key, { until }] of answers) if (until < now) answers.delete(key);
}

interface Counted {
  asOf: string;
  observing: boolean;
  counts: MatrixSummary["counts"];
  projects: number;
  environments: EnvironmentSum[] | null;
}

async function count(db: Queryable, projects: string[] | null): Promise<MatrixSummary> {
  const [counted] = await db.query<Counted>(summaryStatement(projects));
  if (!counted) throw new Error("counting answered nothing");
  const { observing, environments, ...rest } = counted;
  const sums = (environments ?? []).map((sum) => (observing ? sum : { ...sum, healthy: 0 }));
  return { ...rest, environments: sums, reusedForMs: 0 };
}

function summaryStatement(projects: string[] | null): Sql {
  const within = (column: Sql) => (projects === null ? sql`true` : sql`${column} = any(${projects})`);
  const visible = within(sql`d.project`);
  const services = matrixShows.flatMap((show) =>
    show === "all"
      ? []
      : [sql`(select count(distinct (project, service)) from (${chipServices[show].services(visible)}) c)`],
  );
  const names = matrixShows.filter((show) => show !== "all");
  const pairs = services.map((services, index) => sql`${names[index] ?? ""}::text, ${services}`);
  return prepared(
    `matrix summary${projects === null ? " every project" : ""}`,
    sql`
    with ${movableOf(visible)}
    select now() as "asOf", ${isObserving} as observing,
           (select count(*)::int from project p where ${within(sql`p.name`)}) as projects,
           json_build_object('all', (select count(*) from service s where ${within(sql`s.project`)}), ${sql.join(pairs, ", ")}) as counts,
           (select json_agg(json_build_object('project', e.project, 'environment', e.name, 'running', t.running, 'healthy', t.healthy)
                            order by e.project, e.position)
              from environment e join (
                select d.project, d.environment, count(d.observed_digest) as running,
                       count(d.observed_digest) filter (where d.health = 'healthy' and ${wasSeen}) as healthy
                  from deployment d ${joinTrouble} where ${visible} group by d.project, d.environment) t
                on t.project = e.project and t.environment = e.name) as environments`,
  );
}
