import type { MatrixSection } from "./matrix-sections";

/** Where the lines of the matrix stand, in pixels from the top of its body: each line, and each project's row, is as high as the next. */
export interface MatrixGeometry {
  heightPx: number;
  /** Where a project's part begins, with its own row. */
  sectionTop(place: number): number;
  /** Where a service's line begins. */
  lineTop(index: number): number;
  /** The service whose line is there, or the nearest one. */
  indexAt(y: number): number;
}

export function geometryOf(
  sections: readonly MatrixSection[],
  total: number,
  size: { line: number; project: number },
): MatrixGeometry {
  const sectionTop = (place: number) => (sections[place]?.firstService ?? total) * size.line + place * size.project;
  const lineTop = (index: number) => {
    const place = sections.findLastIndex((section) => section.firstService <= index);
    return index * size.line + (place + 1) * size.project;
  };
  const indexAt = (y: number) => {
    const place = Math.max(
      0,
      sections.findLastIndex((_, candidate) => sectionTop(candidate) <= y),
    );
    const section = sections[place];
    if (!section) return 0;
    const line = Math.floor((y - sectionTop(place) - size.project) / size.line);
    return section.firstService + Math.min(Math.max(0, line), section.project.services - 1);
  };
  return { heightPx: total * size.line + sections.length * size.project, sectionTop, lineTop, indexAt };
}
