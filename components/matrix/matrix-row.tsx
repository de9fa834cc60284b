"use client";

import Link from "next/link";
import { type CSSProperties, memo } from "react";
import { classNames } from "@/components/ui/class-names";
import { Cell } from "./matrix-cell";
import { cellAt } from "./matrix-sections";
import type { MatrixCell, MatrixProject, MatrixRow } from "./matrix-view";

export interface RowProps {
  /** Absent while its page is loading. */
  row?: MatrixRow;
  project: MatrixProject;
  columns: string[];
  /** Places in `columns` that are in sight. */
  inSight: number[];
  index: number;
  rowIndex: number;
  top: number;
  /** The column with the keyboard's place, if it is on this row; 0 is the name. */
  activeColumn?: number;
  compact: boolean;
  now: number;
  serviceHref: (row: MatrixRow) => string;
  promoteHref: (row: MatrixRow, cell: MatrixCell) => string;
}

/** One service: its name, then a cell for each environment in sight. */
export const Row = memo(function Row(props: RowProps) {
  const { row, project, columns, inSight, index, top, activeColumn } = props;
  const style: CSSProperties = { transform: `translateY(${top}px)` };
  return (
    <div
      role="row"
      className={classNames("matrix__row", !row && "matrix__row--loading")}
      style={style}
      aria-rowindex={props.rowIndex}
      aria-busy={row ? undefined : true}
    >
      <NameCell row={row} index={index} active={activeColumn === 0} href={row ? props.serviceHref(row) : ""} />
      {inSight.map((place) => {
        const name = columns[place] ?? "";
        return (
          <Cell
            key={name}
            row={row}
            cell={row && cellAt(row, name)}
            environment={project.environments.find((environment) => environment.name === name)}
            column={place + 1}
            index={index}
            active={activeColumn === place + 1}
            compact={props.compact}
            now={props.now}
            promoteHref={props.promoteHref}
          />
        );
      })}
    </div>
  );
});

interface NameCellProps {
  row?: MatrixRow;
  index: number;
  active: boolean;
  href: string;
}

function NameCell({ row, index, active, href }: NameCellProps) {
  return (
    <div
      role="rowheader"
      className="matrix__service"
      aria-colindex={1}
      data-row={index}
      data-column={0}
      tabIndex={active ? 0 : -1}
    >
      {row ? (
        <Link href={href} tabIndex={-1} prefetch={false} className="service">
          <span className="service__name">{row.service}</span>
          <span className="service__repo mono">{row.repository}</span>
        </Link>
      ) : (
        <span className="skeleton" style={{ width: "60%" }}>
          <span className="sr">loading</span>
        </span>
      )}
    </div>
  );
}
