import Link from "next/link";
import type { ReactNode } from "react";
import { Meter } from "@/components/state/meter";
import { Shape } from "@/components/state/shape";
import { Stamp } from "@/components/state/stamp";
import type { StateName } from "@/components/state/state-language";
import { classNames } from "@/components/ui/class-names";
import type { MatrixCell, MatrixMark, MatrixMarkKind } from "./matrix-view";

/** The state that a mark is drawn as; being behind is no state, only a remark; a number above its limit is said in the colour of a warning. */
export const markStates: Record<MatrixMarkKind, StateName | undefined> = {
  waiting: "waiting",
  queued: "queued",
  rollingOut: "rollingOut",
  canary: "canary",
  verifying: "verifying",
  rollingBack: "rollingBack",
  stuck: "stuck",
  blocked: "blocked",
  drift: "drift",
  held: "held",
  gate: "gate",
  behind: undefined,
  signal: undefined,
};

/** At most one mark of two lines: what needs a person, else why it is not well, else nothing. */
export function CellMark({ cell, tabIndex }: { cell: MatrixCell; tabIndex?: number }) {
  if (cell.mark) return <Mark mark={cell.mark} tabIndex={tabIndex} />;
  const remarks = remarksOf(cell);
  if (remarks.length === 0) return null;
  return (
    <span className="mark">
      {remarks.map((remark) => (
        <span key={remark} className="mark__text">
          {remark}
        </span>
      ))}
    </span>
  );
}

/** Why the health is what it is, in at most two short lines. */
export function remarksOf(cell: MatrixCell): string[] {
  const pods =
    cell.ready !== undefined && cell.desired !== undefined && cell.ready < cell.desired
      ? `${cell.ready} of ${cell.desired} ready`
      : undefined;
  const reasons = cell.reason?.split(", ") ?? [];
  return [pods, ...reasons].filter((remark) => remark !== undefined).slice(0, 2);
}

function Mark({ mark, tabIndex }: { mark: MatrixMark; tabIndex?: number }) {
  const state = markStates[mark.kind];
  const content: ReactNode = (
    <>
      {state ? <Stamp name={state} size="small" /> : null}
      <span className={classNames("mark__text", mark.kind === "signal" && "toned tone-warn")}>
        {mark.kind === "signal" ? <Shape name="degraded" className="i i--xs" /> : null}
        {mark.progress === undefined ? null : <Meter value={mark.progress} label={mark.text} />}
        {mark.text}
      </span>
    </>
  );
  if (!mark.href) return <span className="mark">{content}</span>;
  return (
    <Link className="mark" href={mark.href} tabIndex={tabIndex} prefetch={false}>
      {content}
    </Link>
  );
}
