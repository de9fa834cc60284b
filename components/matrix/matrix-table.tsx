"use client";

import { useRouter } from "next/navigation";
import { type CSSProperties, useMemo, useRef } from "react";
import { useNow } from "@/components/time/now";
import { classNames } from "@/components/ui/class-names";
import type { MatrixProps } from "./matrix";
import { geometryOf } from "./matrix-geometry";
import { MatrixHead } from "./matrix-head";
import { Row } from "./matrix-row";
import { promotableFrom, sectionsOf } from "./matrix-sections";
import { ProjectRow } from "./project-row";
import { type GridPlace, useGridKeys } from "./use-grid-keys";
import { useGridWindow } from "./use-grid-window";
import { type MatrixLayout, matrixSizes } from "./use-matrix-layout";

interface MatrixTableProps extends MatrixProps {
  columns: string[];
  layout: MatrixLayout;
}

const topbarHeight = 48;
const bottomRoom = 24;

/** The matrix as a grid: sticky head, names and routes; only what is in sight is drawn, in both directions. */
export function MatrixTable(props: MatrixTableProps) {
  const { projects, total, columns, layout, rowAt } = props;
  const compact = layout.kind === "compact";
  const sizes = compact ? matrixSizes.compact : matrixSizes.roomy;
  const frame = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const router = useRouter();
  const now = useNow(30_000);
  const sections = useMemo(() => sectionsOf(projects), [projects]);
  const routeInHead = compact && sections.length === 1;
  const projectHeight = routeInHead ? 0 : sizes.project;
  const stickTop = (layout.scroll === "page" ? topbarHeight : 0) + sizes.head;

  const geometry = useMemo(
    () => geometryOf(sections, total, { line: sizes.row, project: projectHeight }),
    [sections, total, sizes.row, projectHeight],
  );
  const scrollTo = useRef<(line: number, column: number) => void>(undefined);

  const grid = useGridKeys({
    grid: frame,
    rows: total,
    columns: columns.length,
    scrollTo: (place) => scrollTo.current?.(place.row, place.column),
    onOpen: (place) => {
      const row = rowAt(place.row);
      if (row) router.push(props.serviceHref(row));
    },
    onPromote: (place) => promote(place),
  });

  const sight = useGridWindow({
    ...{ scroll: layout.scroll, frame, body, count: total, geometry, lineHeight: sizes.row },
    columns: { count: columns.length, width: sizes.cellMin, nameWidth: sizes.name },
    covered: { top: stickTop + projectHeight, bottom: bottomRoom },
    ...{ keep: grid.active.row, onRange: props.onRange },
  });
  scrollTo.current = sight.scrollTo;
  const inSight = sight.columns;

  function promote(place: GridPlace) {
    const row = rowAt(place.row);
    const cell = row && promotableFrom(row, columns, place.column);
    if (row && cell) router.push(props.promoteHref(row, cell));
  }

  const style = {
    "--stick": layout.scroll === "page" ? `${topbarHeight}px` : "0px",
    "--head": `${sizes.head}px`,
    "--name": `${sizes.name}px`,
    "--matrix-columns": `${sizes.name}px repeat(${columns.length}, minmax(${compact ? sizes.cellMin : 0}px, 1fr))`,
    "--matrix-width": layout.scroll === "frame" ? `${sizes.name + columns.length * sizes.cellMin}px` : "100%",
  } as CSSProperties;

  return (
    <div
      ref={frame}
      role="grid"
      className={classNames("matrix", `matrix--${layout.kind}`, layout.scroll === "frame" && "matrix--frame")}
      style={style}
      aria-label={props.label ?? "Services and environments"}
      aria-rowcount={total + 1 + (routeInHead ? 0 : sections.length)}
      aria-colcount={columns.length + 1}
      aria-keyshortcuts="P"
      onKeyDown={grid.onKeyDown}
      onFocus={grid.onFocus}
    >
      <MatrixHead projects={projects} columns={columns} inSight={inSight} routeInHead={routeInHead} />
      <div ref={body} role="presentation" className="matrix__body" style={{ height: geometry.heightPx }}>
        {sections.map((section, place) => {
          const top = geometry.sectionTop(place);
          const end = section.firstService + section.project.services;
          const lines = sight.lines.filter((index) => index >= section.firstService && index < end);
          if (lines.length === 0) return null;
          return (
            <div
              key={section.project.name}
              role="rowgroup"
              className="matrix__section"
              style={{ top, height: geometry.sectionTop(place + 1) - top }}
            >
              {routeInHead ? null : (
                <ProjectRow
                  project={section.project}
                  columns={columns}
                  inSight={inSight}
                  rowIndex={section.firstService + place + 2}
                  compact={compact}
                />
              )}
              {lines.map((index) => (
                <Row
                  key={index}
                  row={rowAt(index)}
                  project={section.project}
                  columns={columns}
                  inSight={inSight}
                  index={index}
                  rowIndex={index + 2 + (routeInHead ? 0 : place + 1)}
                  top={projectHeight + (index - section.firstService) * sizes.row}
                  activeColumn={grid.active.row === index ? grid.active.column : undefined}
                  compact={compact}
                  now={now}
                  serviceHref={props.serviceHref}
                  promoteHref={props.promoteHref}
                />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
