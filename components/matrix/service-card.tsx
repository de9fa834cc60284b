import Link from "next/link";
import { printedDigest } from "@/components/digest/digest-mark";
import { versionWords } from "@/components/matrix/version-words";
import { Shape } from "@/components/state/shape";
import { lookOf } from "@/components/state/state-language";
import { coarseAgeWords } from "@/components/time/time-words";
import { classNames } from "@/components/ui/class-names";
import { Skeleton } from "@/components/ui/skeleton";
import { CellMark } from "./cell-mark";
import { Leg } from "./leg";
import { cellAt, type MatrixRun, runsOf } from "./matrix-sections";
import type { MatrixCell, MatrixProject, MatrixRow } from "./matrix-view";
import { promoteWords } from "./promote-link";

interface ServiceCardProps {
  row?: MatrixRow;
  project: MatrixProject;
  columns: string[];
  now: number;
  serviceHref: (row: MatrixRow) => string;
  promoteHref: (row: MatrixRow, cell: MatrixCell) => string;
}

/** Side by side up to this many; more are listed below each other. */
const sideBySideMax = 3;

/** A service on a phone. Where every environment runs the same and is well, one line says so. */
export function ServiceCard(props: ServiceCardProps) {
  const { row, columns, project } = props;
  if (!row)
    return (
      <div className="card" aria-busy="true">
        <Skeleton lines={3} label="Loading" />
      </div>
    );
  const route = columns.filter((name) => project.environments.some((environment) => environment.name === name));
  const runs = runsOf(row, route);
  const [only] = runs;
  return (
    <article className="card">
      <h3>
        <Link className="card__name" href={props.serviceHref(row)} prefetch={false}>
          <b>{row.service}</b>
          <span className="mono muted clip">{row.repository}</span>
        </Link>
      </h3>
      {runs.length === 1 && only && only.cells.length > 1 ? (
        <RunLine {...props} row={row} run={only} all />
      ) : route.length <= sideBySideMax ? (
        <div className="card__route" style={{ gridTemplateColumns: `repeat(${route.length}, minmax(0, 1fr))` }}>
          {route.map((name) => (
            <CardCell key={name} {...props} row={row} name={name} />
          ))}
        </div>
      ) : (
        runs.map((run) => <RunLine key={run.cells[0]?.environment} {...props} row={row} run={run} />)
      )}
    </article>
  );
}

interface CardCellProps extends ServiceCardProps {
  row: MatrixRow;
  name: string;
}

function CardCell({ row, name, project, now, promoteHref }: CardCellProps) {
  const cell = cellAt(row, name);
  const state = project.environments.find((environment) => environment.name === name)?.state;
  return (
    <div className={classNames("card__cell", state && state !== "open" && `is-${state}`)}>
      {cell?.leg && cell.leg.kind !== "same" && cell.leg.kind !== "none" ? (
        <Leg leg={cell.leg} href={cell.canPromote && promoteHref(row, cell)} linkWords={promoteWords(row, cell)} />
      ) : null}
      <span className="card__env">{name}</span>
      {cell ? <Runs cell={cell} now={now} /> : <span className="muted">not here</span>}
    </div>
  );
}

function Runs({ cell, now }: { cell: MatrixCell; now: number }) {
  const look = lookOf(cell.health);
  return (
    <>
      <span className="card__version">
        <span className={`toned tone-${look.tone}`}>
          <Shape name={look.shape} label={look.word} />
        </span>
        <b className="clip">{versionWords(cell)}</b>
      </span>
      {cell.digest ? <span className="mono muted">{printedDigest(cell.digest)}</span> : null}
      <span className="muted">
        {cell.health === "healthy" || cell.health === "nothing" ? null : (
          <b className={`toned tone-${look.tone}`}>{look.word} </b>
        )}
        {cell.since ? coarseAgeWords(now - Date.parse(cell.since)) : null}
      </span>
      <CellMark cell={cell} />
    </>
  );
}

interface RunLineProps extends ServiceCardProps {
  row: MatrixRow;
  run: MatrixRun;
  /** It is the whole route. */
  all?: boolean;
}

function RunLine({ row, run, all, now, promoteHref }: RunLineProps) {
  const first = run.cells[0];
  const last = run.cells.at(-1);
  if (!first || !last) return null;
  const look = lookOf(first.health);
  const names = all ? `in all ${run.cells.length}` : runWords(run.cells.map((cell) => cell.environment));
  return (
    <div className="card__line">
      <span className={`toned tone-${look.tone}`}>
        <Shape name={look.shape} label={look.word} />
      </span>
      <b className="clip">{versionWords(first)}</b>
      {first.digest ? <span className="mono muted">{printedDigest(first.digest)}</span> : null}
      <span className="card__where">
        {names}
        {last.since ? <span className="muted">, {coarseAgeWords(now - Date.parse(last.since))}</span> : null}
      </span>
      {first.mark || first.canPromote || look.tone === "warn" || look.tone === "fail" ? (
        <span className="card__mark">
          {first.canPromote ? (
            <Link className="link" href={promoteHref(row, first)} prefetch={false}>
              {promoteWords(row, first)}
            </Link>
          ) : null}
          <CellMark cell={first} />
        </span>
      ) : null}
    </div>
  );
}

/** `staging`, `testing, staging`, `eu-canary to ap-east`. */
function runWords(names: string[]): string {
  return names.length < 3 ? names.join(", ") : `${names[0]} to ${names.at(-1)}`;
}
