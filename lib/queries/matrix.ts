import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { Queryable } from "@/lib/db/sql";
import type { Calendar } from "@/lib/pipeline/calendar/closings";
import { closedNote, freezeStanding } from "@/lib/pipeline/gates/freeze-standing";
import { cellView, type StoredCell } from "@/lib/queries/matrix-cell";
import type { MatrixInput } from "@/lib/queries/matrix-input";
import { matrixStatement } from "@/lib/queries/matrix-statement";
import type { MatrixEnvironment, MatrixProject, MatrixRow, MatrixView } from "@/lib/queries/matrix-view";
import { projectsInSightOf } from "@/lib/queries/visible-projects";

interface StoredMatrix {
  asOf: string;
  observing: boolean;
  projects: StoredRoute[] | null;
  rows: StoredRow[] | null;
}

interface StoredRoute {
  name: string;
  services: number;
  environments: StoredPort[];
}

interface StoredPort {
  name: string;
  held?: string;
  holder?: string;
  freezes?: Calendar[];
}

interface StoredRow {
  project: string;
  service: string;
  repository: string;
  cells: StoredCell[];
}

/**
 * A window of the matrix: services by (project, place in its file) from `offset` on, of the projects that the principal
 * may see, in one statement. What could be promoted is told only where the principal may.
 */
export async function readMatrix(db: Queryable, principal: Principal, input: MatrixInput): Promise<MatrixView> {
  const projects = projectsInSightOf(principal, input.projects);
  const [stored] = await db.query<StoredMatrix>(matrixStatement(projects, input));
  const routes = stored?.projects ?? [];
  const asOf = stored?.asOf ?? "";
  const rows = (stored?.rows ?? []).map((row) => {
    const route = routes.find((one) => one.name === row.project);
    return rowView(row, route, { principal, observing: stored?.observing === true, only: input.environments, asOf });
  });
  return {
    asOf,
    projects: routes.map((route) => projectView(route, input.environments, asOf)),
    total: routes.reduce((sum, route) => sum + route.services, 0),
    offset: input.offset,
    rows,
    ...changeOf(routes, asOf),
  };
}

interface RowContext {
  principal: Principal;
  observing: boolean;
  only: string[] | undefined;
  asOf: string;
}

function rowView(
  row: StoredRow,
  route: StoredRoute | undefined,
  { principal, observing, only, asOf }: RowContext,
): MatrixRow {
  const { project, service, repository } = row;
  const cells = (route?.environments ?? []).flatMap((port, index, all) => {
    const { name: environment, held } = port;
    if (only && !only.includes(environment)) return [];
    const cell = row.cells.find((one) => one.environment === environment);
    if (!cell) return [];
    const before = row.cells.find((one) => one.environment === all[index - 1]?.name);
    return cellView(cell, {
      ...{ project, service, observing, before },
      held: held !== undefined,
      last: index === all.length - 1,
      startsAt: cell.next && openingOf(port, asOf),
      mayPromote: cell.next !== undefined && can(principal, "promote", { project, environment }),
    });
  });
  return { project, service, repository, cells };
}

/** When a closed environment opens; undefined where it is open, or where nobody knows. */
function openingOf({ freezes = [] }: StoredPort, asOf: string): string | undefined {
  const standing = freezeStanding(freezes, asOf);
  return standing.state === "closed" ? (standing.opensAt ?? undefined) : undefined;
}

/** A hold is what a person did, and so stands before a calendar. */
function portState(
  { held, holder, freezes = [] }: StoredPort,
  asOf: string,
): Pick<MatrixEnvironment, "state" | "note" | "opensAt"> {
  if (held !== undefined) return { state: "held", note: holder ? `${held}, ${holder}` : held };
  const standing = freezeStanding(freezes, asOf);
  if (standing.state === "closed") {
    const { opensAt } = standing;
    return { state: "closed", note: closedNote(standing), ...(opensAt === null ? {} : { opensAt }) };
  }
  return standing.state === "open" ? { state: "open" } : { state: "closed", note: "its calendar cannot be read" };
}

/** The soonest moment at which a calendar changes what is answered here. */
function changeOf(routes: readonly StoredRoute[], asOf: string): Pick<MatrixView, "changesAt"> {
  const standings = routes.flatMap((route) => route.environments.map((one) => freezeStanding(one.freezes ?? [], asOf)));
  const [changesAt] = standings
    .flatMap((one) => (one.state === "open" ? one.closesAt : one.state === "closed" ? one.opensAt : null) ?? [])
    .sort();
  return changesAt === undefined ? {} : { changesAt };
}

function projectView(
  { name, services, environments }: StoredRoute,
  only: string[] | undefined,
  asOf: string,
): MatrixProject {
  const last = environments.at(-1);
  return {
    name,
    services,
    environments: environments
      .filter((one) => only?.includes(one.name) ?? true)
      .map((one) => ({
        name: one.name,
        ...portState(one, asOf),
        ...(only ? { live: one === last } : {}),
      })),
  };
}
