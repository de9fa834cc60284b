"use client";

import { useMemo, useRef } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import { usePartsWhen } from "@/components/ui/use-parts";
import { columnsOf } from "./matrix-sections";
import { MatrixTable } from "./matrix-table";
import type { MatrixCell, MatrixProject, MatrixRow } from "./matrix-view";
import { useMatrixLayout } from "./use-matrix-layout";

const loadCards = () => import("./matrix-cards");

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
  // What measures cards of unequal height weighs more than the table that most people look at.
  const cards = usePartsWhen(layout.kind === "cards", loadCards);
  return (
    <div ref={place} className="matrix-place">
      {layout.kind === "cards" ? (
        cards ? (
          <cards.MatrixCards {...props} columns={columns} />
        ) : (
          <Skeleton lines={6} label="Loading" />
        )
      ) : (
        <MatrixTable key={`${layout.kind} ${layout.scroll}`} {...props} columns={columns} layout={layout} />
      )}
    </div>
  );
}
