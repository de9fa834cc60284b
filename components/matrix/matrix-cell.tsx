"use client";

import { useEffect, useRef, useState } from "react";
import { printedDigest } from "@/components/digest/digest-mark";
import { versionWords } from "@/components/matrix/version-words";
import { Shape } from "@/components/state/shape";
import { lookOf } from "@/components/state/state-language";
import { coarseAgeWords } from "@/components/time/time-words";
import { classNames } from "@/components/ui/class-names";
import { CellMark, markStates, remarksOf } from "./cell-mark";
import { Leg } from "./leg";
import type { MatrixCell, MatrixEnvironment, MatrixRow } from "./matrix-view";
import { PromoteLink, promoteWords } from "./promote-link";

export interface CellProps {
  /** Absent while its page is loading; the element stays when it comes, so that the focus does. */
  row?: MatrixRow;
  cell?: MatrixCell;
  /** Absent where the project's route has no such environment. */
  environment?: MatrixEnvironment;
  /** 1 for the first environment. */
  column: number;
  /** The service's place in the matrix, for the keyboard. */
  index: number;
  active: boolean;
  compact: boolean;
  now: number;
  promoteHref: (row: MatrixRow, cell: MatrixCell) => string;
}

/** What runs in one environment, and the leg that leads there. */
export function Cell(props: CellProps) {
  const { row, cell, environment, column, index, active, compact, promoteHref } = props;
  const changes = useChangeCount(cell);
  const tabIndex = active ? 0 : -1;
  const href = row && cell?.canPromote ? promoteHref(row, cell) : undefined;
  return (
    <div
      role="gridcell"
      className={classNames(
        "matrix__cell",
        column === 1 && "matrix__cell--first",
        environment && environment.state !== "open" && `is-${environment.state}`,
      )}
      style={{ gridColumnStart: column + 1 }}
      aria-colindex={column + 1}
      data-row={index}
      data-column={column}
      tabIndex={tabIndex}
    >
      {row && cell?.leg ? (
        <Leg leg={cell.leg} href={href} linkWords={promoteWords(row, cell)} tabIndex={tabIndex} />
      ) : null}
      <div key={changes} className={classNames("cell", changes > 0 && "just-changed")}>
        {row && cell ? (
          <Content
            row={row}
            cell={cell}
            compact={compact}
            now={props.now}
            tabIndex={tabIndex}
            href={compact ? undefined : href}
          />
        ) : (
          <Absent loading={!row} here={Boolean(environment)} />
        )}
      </div>
    </div>
  );
}

function Absent({ loading, here }: { loading: boolean; here: boolean }) {
  if (!loading) return <span className="sr">{here ? "not deployed here" : "not on this route"}</span>;
  return (
    <>
      <span className="cell__state" />
      <span className="cell__what">
        <span className="skeleton" style={{ width: 64 }} aria-hidden="true" />
      </span>
    </>
  );
}

interface ContentProps {
  row: MatrixRow;
  cell: MatrixCell;
  compact: boolean;
  now: number;
  tabIndex: number;
  href?: string;
}

function Content({ row, cell, compact, now, tabIndex, href }: ContentProps) {
  const look = lookOf(cell.health);
  if (cell.health === "nothing" && !cell.mark)
    return (
      <>
        <span className="cell__state tone-none">
          <Shape name="dash" />
        </span>
        <span className="cell__none">nothing yet</span>
        {href ? (
          <span className="cell__marks">
            <PromoteLink row={row} cell={cell} href={href} tabIndex={tabIndex} />
          </span>
        ) : null}
      </>
    );
  return (
    <>
      <span className={`cell__state tone-${look.tone}`}>
        <Shape name={look.shape} />
      </span>
      <span className="cell__what">
        <span className={classNames("cell__version", cell.leg?.kind === "same" && "cell__version--same")}>
          {versionWords(cell)}
        </span>
        {cell.digest ? (
          <span className="cell__digest mono" title={`sha256:${cell.digest}`}>
            {printedDigest(cell.digest)}
          </span>
        ) : null}
      </span>
      <span className="cell__since">
        {cell.since ? (
          <time dateTime={cell.since} title={cell.since}>
            {coarseAgeWords(now - Date.parse(cell.since), compact ? "short" : "long")}
          </time>
        ) : null}
        {compact ? null : <HealthWord cell={cell} />}
      </span>
      {compact ? (
        <CompactLine cell={cell} />
      ) : (
        <span className="cell__marks">
          {href ? <PromoteLink row={row} cell={cell} href={href} tabIndex={tabIndex} /> : null}
          <CellMark cell={cell} tabIndex={tabIndex} />
        </span>
      )}
    </>
  );
}

/** Printed only where it is not well: a page full of the word healthy says nothing. */
function HealthWord({ cell }: { cell: MatrixCell }) {
  const look = lookOf(cell.health);
  const isQuiet = cell.health === "healthy" || cell.health === "nothing";
  return <span className={isQuiet ? "sr" : `cell__word tone-${look.tone}`}>{look.word}</span>;
}

/** The third line of a narrow cell: one thing, the most urgent. */
function CompactLine({ cell }: { cell: MatrixCell }) {
  const state = cell.mark && markStates[cell.mark.kind];
  const words = cell.mark?.text || (state && lookOf(state).word) || "";
  if (cell.health === "degraded" || cell.health === "failing" || cell.health === "unknown")
    return (
      <span className="cell__line" title={[...remarksOf(cell), words].filter(Boolean).join(", ")}>
        <HealthWord cell={cell} />
        {state ? <span className={`cell__word tone-${lookOf(state).tone}`}>{lookOf(state).word}</span> : null}
      </span>
    );
  if (!cell.mark) return <HealthWord cell={cell} />;
  const look = state ? lookOf(state) : undefined;
  const tone = look?.tone ?? (cell.mark.kind === "signal" ? "warn" : undefined);
  return (
    <span className="cell__line" title={look ? `${look.word}, ${words}` : words}>
      <HealthWord cell={cell} />
      <span className={tone ? `cell__word tone-${tone}` : undefined}>{look ? look.word : words}</span>
      {look && cell.mark.text ? <span className="clip">{cell.mark.text}</span> : null}
    </span>
  );
}

/** Counts how often what a person would notice changed since the cell came into view. */
function useChangeCount(cell: MatrixCell | undefined): number {
  const said = cell ? [cell.version, cell.digest, cell.health, cell.mark?.kind, cell.leg?.kind].join(" ") : "";
  const before = useRef(said);
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (before.current === said) return;
    const wasDrawn = before.current !== "";
    before.current = said;
    if (wasDrawn) setCount((changes) => changes + 1);
  }, [said]);
  return count;
}
