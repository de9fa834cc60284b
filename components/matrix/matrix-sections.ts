import type { MatrixCell, MatrixProject, MatrixRow } from "./matrix-view";

/** One project's part of the matrix: its services stand together, counted over all projects. */
export interface MatrixSection {
  project: MatrixProject;
  firstService: number;
}

/** The parts in order; a project without a matching service has none. */
export function sectionsOf(projects: readonly MatrixProject[]): MatrixSection[] {
  let firstService = 0;
  const sections: MatrixSection[] = [];
  for (const project of projects) {
    if (project.services > 0) sections.push({ project, firstService });
    firstService += project.services;
  }
  return sections;
}

/** The part that a service stands in, by its place among all services. */
export function sectionAt(sections: readonly MatrixSection[], service: number): MatrixSection | undefined {
  return sections.findLast((section) => section.firstService <= service);
}

/**
 * The environments of all projects as one row of columns, each project's own order kept: a name that several share is
 * one column, and one that is new stands after the one it follows in its own project.
 */
export function columnsOf(projects: readonly MatrixProject[]): string[] {
  const columns: string[] = [];
  for (const project of projects) {
    let next = 0;
    for (const { name } of project.environments) {
      const known = columns.indexOf(name);
      if (known === -1) columns.splice(next++, 0, name);
      else next = known + 1;
    }
  }
  return columns;
}

export function cellAt(row: MatrixRow, environment: string): MatrixCell | undefined {
  return row.cells.find((cell) => cell.environment === environment);
}

/** The cell that `P` promotes into: this one, else the next one on the row; on the row's name, the first that can. */
export function promotableFrom(row: MatrixRow, columns: readonly string[], column: number): MatrixCell | undefined {
  const cells = columns.map((name) => cellAt(row, name));
  const candidates = column === 0 ? cells : cells.slice(column - 1, column + 1);
  return candidates.find((cell) => cell?.canPromote);
}

/** Neighbouring environments in which one thing can be said of a service. */
export interface MatrixRun {
  cells: MatrixCell[];
}

/** A row as runs of environments with the same digest, for a narrow screen; whatever needs a person stands alone. */
export function runsOf(row: MatrixRow, columns: readonly string[]): MatrixRun[] {
  const runs: MatrixRun[] = [];
  for (const name of columns) {
    const cell = cellAt(row, name);
    if (!cell) continue;
    const before = runs.at(-1);
    const last = before?.cells.at(-1);
    if (before && last && isQuiet(last) && isQuiet(cell) && last.digest === cell.digest) before.cells.push(cell);
    else runs.push({ cells: [cell] });
  }
  return runs;
}

function isQuiet(cell: MatrixCell): boolean {
  const isHealthy = cell.health === "healthy" || cell.health === "nothing";
  return isHealthy && !cell.mark && !cell.canPromote;
}
