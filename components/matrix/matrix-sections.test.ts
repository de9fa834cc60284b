import { describe, expect, it } from "vitest";
import { columnsOf, promotableFrom, runsOf, sectionAt, sectionsOf } from "./matrix-sections";
import type { MatrixCell, MatrixProject, MatrixRow } from "./matrix-view";

function project(name: string, services: number, ...environments: string[]): MatrixProject {
  return { name, services, environments: environments.map((each) => ({ name: each, state: "open" })) };
}

function row(...cells: MatrixCell[]): MatrixRow {
  return { project: "veza", service: "backend", repository: "veza-backend-api", cells };
}

describe("the parts of the matrix", () => {
  const sections = sectionsOf([project("a", 3), project("empty", 0), project("b", 2)]);

  it("follow each other, and leave out a project without services", () => {
    expect(sections.map((section) => [section.project.name, section.firstService])).toEqual([
      ["a", 0],
      ["b", 3],
    ]);
  });

  it("are found by the place of a service", () => {
    expect([0, 2, 3, 4].map((service) => sectionAt(sections, service)?.project.name)).toEqual(["a", "a", "b", "b"]);
  });
});

describe("the columns", () => {
  it("are shared by name, in each project's own order", () => {
    expect(
      columnsOf([
        project("a", 1, "testing", "staging", "production"),
        project("b", 1, "testing", "perf", "production"),
      ]),
    ).toEqual(["testing", "perf", "staging", "production"]);
  });

  it("keep what only one project has, where it stands there", () => {
    expect(columnsOf([project("a", 1, "staging", "production"), project("b", 1, "dev", "staging")])).toEqual([
      "dev",
      "staging",
      "production",
    ]);
  });

  it("do not repeat where two projects disagree about the order", () => {
    const columns = columnsOf([project("a", 1, "x", "y"), project("b", 1, "y", "x")]);
    expect(columns.toSorted()).toEqual(["x", "y"]);
  });
});

describe("what P promotes into", () => {
  const columns = ["testing", "staging", "production"];
  const canPromote = { releaseId: "r1", version: "v2" };
  const staged = row(
    { environment: "testing", health: "healthy" },
    { environment: "staging", health: "healthy" },
    { environment: "production", health: "healthy", canPromote },
  );

  it.each([
    [0, "production"],
    [1, undefined],
    [2, "production"],
    [3, "production"],
  ])("from column %i is %s", (column, environment) => {
    expect(promotableFrom(staged, columns, column)?.environment).toBe(environment);
  });
});

describe("a row on a narrow screen", () => {
  const columns = ["a", "b", "c", "d"];
  const cell = (environment: string, digest: string, rest: Partial<MatrixCell> = {}): MatrixCell => ({
    environment,
    digest,
    health: "healthy",
    ...rest,
  });
  const names = (it: MatrixRow) =>
    runsOf(it, columns).map((run) => run.cells.map((each) => each.environment).join("+"));

  it("folds where every environment runs the same", () => {
    expect(names(row(cell("a", "1"), cell("b", "1"), cell("c", "1"), cell("d", "1")))).toEqual(["a+b+c+d"]);
  });

  it("breaks where the digest changes", () => {
    expect(names(row(cell("a", "2"), cell("b", "2"), cell("c", "1"), cell("d", "1")))).toEqual(["a+b", "c+d"]);
  });

  it("sets apart what is not well or waits", () => {
    expect(
      names(
        row(
          cell("a", "1"),
          cell("b", "1", { health: "degraded" }),
          cell("c", "1"),
          cell("d", "1", { mark: { kind: "drift", text: "" } }),
        ),
      ),
    ).toEqual(["a", "b", "c", "d"]);
  });
});
