import { can } from "@/lib/auth/permissions";
import type { Principal } from "@/lib/auth/principal";
import type { Queryable } from "@/lib/db/sql";
import { cellView, type StoredCell } from "@/lib/queries/matrix-cell";
import type { MatrixInput } from "@/lib/queries/matrix-input";
import { matrixStatement } from "@/lib/queries/matrix-statement";
import type { MatrixProject, MatrixRow, MatrixView } from "@/lib/queries/matrix-view";
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
  environments: { name: string; held?: string; holder?: string }[];
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
  const rows = (stored?.rows ?? []).map((row) => {
    const route = routes.find((one) => one.name === row.project);
    return rowView(row, route, { principal, observing: stored?.observing === true, only: input.environments });
  });
  return {
    asOf: stored?.asOf ?? "",
    projects: routes.map((route) => projectView(route, input.environments)),
    total: routes.reduce((sum, route) => sum + route.services, 0),
    offset: input.offset,
    rows,
  };
}

interface RowContext {
  principal: Principal;
  observing: boolean;
  only: string[] | undefined;
}

function rowView(
  row: StoredRow,
  route: StoredRoute | undefined,
  { principal, observing, only }: RowContext,
): MatrixRow {
  const { project, service, repository } = row;
  const cells = (route?.environments ?? []).flatMap(({ name: environment, held }, index, all) => {
    if (only && !only.includes(environment)) return [];
    const cell = row.cells.find((one) => one.environment === environment);
    if (!cell) return [];
    const before = row.cells.find((one) => one.environment === all[index - 1]?.name);
    return cellView(cell, {
      ...{ project, service, observing, before },
      held: held !== undefined,
      last: index === all.length - 1,
      mayPromote: cell.next !== undefined && can(principal, "promote", { project, environment }),
    });
  });
  return { project, service, repository, cells };
}

function projectView({ name, services, environments }: StoredRoute, only: string[] | undefined): MatrixProject {
  const last = environments.at(-1);
  return {
    name,
    services,
    environments: environments
      .filter((one) => only?.includes(one.name) ?? true)
      .map((one) => ({
        name: one.name,
        ...(one.held === undefined
          ? { state: "open" as const }
          : { state: "held" as const, note: one.holder ? `${one.held}, ${one.holder}` : one.held }),
        ...(only ? { live: one === last } : {}),
      })),
  };
}
