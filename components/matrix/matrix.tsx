"use client";

import { useMemo, useRef } from "react";
import { MatrixCards } from "./matrix-cards";
import { columnsOf } from "./matrix-sections";
import { MatrixTable } from "./matrix-table";
import type { MatrixCell, MatrixProject, MatrixRow } from "./matrix-view";
import { useMatrixLayout } from "./use-matrix-layout";

export interface MatrixProps {
  projects: MatrixProject[];
  /** Services over all projects; as many lines as the matrix has. */
  total: number;
  /** The service at that place, or undefined while its page is not there yet: its line is drawn empty. */
  rowAt: (index: number) => MatrixRow | undefined;
  /** Says which services are in sight, and a little around; for loading their pages. Must be stable. */
  onRange?: (first: number, last: number) => void;
  serviceHref: (row: MatrixRow) => string;
  /** The preview of bringing `cell.canPromote` into that cell's environment. */
  promoteHref: (row: MatrixRow, cell: MatrixCell) => string;
  /** Only these environments, in this order; all where it is left out. */
  environments?: string[];
  label?: string;
}

/** What runs where: services by environments, in the drawing that fits the room it has. */
export function Matrix(props: MatrixProps) {
  const place = useRef<HTMLDivElement>(null);
  const columns = useMemo(
    () => columnsOf(props.projects).filter((name) => props.environments?.includes(name) ?? true),
    [props.projects, props.environments],
  );
  const layout = useMatrixLayout(place, columns.length);
  return (
    <div ref={place} className="matrix-place">
      {layout.kind === "cards" ? (
        <MatrixCards {...props} columns={columns} />
      ) : (
        <MatrixTable key={`${layout.kind} ${layout.scroll}`} {...props} columns={columns} layout={layout} />
      )}
    </div>
  );
}
