"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useRouter } from "next/navigation";
import { type CSSProperties, useMemo, useRef } from "react";
import { useNow } from "@/components/time/now";
import { classNames } from "@/components/ui/class-names";
import type { MatrixProps } from "./matrix";
import { MatrixHead } from "./matrix-head";
import { Row } from "./matrix-row";
import { promotableFrom, sectionAt, sectionsOf } from "./matrix-sections";
import { ProjectRow } from "./project-row";
import { type GridPlace, useGridKeys } from "./use-grid-keys";
import { type MatrixLayout, matrixSizes } from "./use-matrix-layout";
import { useServiceWindow } from "./use-service-window";

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

  const rowsWindow = useRef<ReturnType<typeof useServiceWindow>>(null);
  const columnsWindow = useVirtualizer({
    horizontal: true,
    enabled: layout.scroll === "frame",
    count: columns.length,
    estimateSize: () => sizes.cellMin,
    getScrollElement: () => frame.current,
    paddingStart: sizes.name,
    scrollPaddingStart: sizes.name,
    overscan: 2,
  });

  const grid = useGridKeys({
    grid: frame,
    rows: total,
    columns: columns.length,
    scrollTo: (place) => {
      rowsWindow.current?.scrollTo(place.row);
      if (place.column > 0) columnsWindow.scrollToIndex(place.column - 1, { align: "auto" });
    },
    onOpen: (place) => {
      const row = rowAt(place.row);
      if (row) router.push(props.serviceHref(row));
    },
    onPromote: (place) => promote(place),
  });

  const services = useServiceWindow({
    scroll: layout.scroll,
    frame,
    body,
    count: total,
    heightAt: (index) => sizes.row + (sectionAt(sections, index)?.firstService === index ? projectHeight : 0),
    coveredTop: stickTop + projectHeight,
    coveredBottom: bottomRoom,
    keep: grid.active.row,
    onRange: props.onRange,
  });
  rowsWindow.current = services;

  function promote(place: GridPlace) {
    const row = rowAt(place.row);
    const cell = row && promotableFrom(row, columns, place.column);
    if (row && cell) router.push(props.promoteHref(row, cell));
  }

  const inSight =
    layout.scroll === "frame"
      ? columnsWindow.getVirtualItems().map((item) => item.index)
      : columns.map((_, place) => place);
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
      <div ref={body} role="presentation" className="matrix__body" style={{ height: services.heightPx }}>
        {sections.map((section, place) => {
          const next = sections[place + 1];
          const top = services.topOf(section.firstService);
          const bottom = next ? services.topOf(next.firstService) : services.heightPx;
          const end = section.firstService + section.project.services;
          return (
            <div
              key={section.project.name}
              role="rowgroup"
              className="matrix__section"
              style={{ top, height: bottom - top }}
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
              {services.items
                .filter((item) => item.index >= section.firstService && item.index < end)
                .map((item) => (
                  <Row
                    key={item.index}
                    row={rowAt(item.index)}
                    project={section.project}
                    columns={columns}
                    inSight={inSight}
                    index={item.index}
                    rowIndex={item.index + 2 + (routeInHead ? 0 : place + 1)}
                    top={projectHeight + (item.index - section.firstService) * sizes.row}
                    activeColumn={grid.active.row === item.index ? grid.active.column : undefined}
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
