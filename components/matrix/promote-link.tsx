import Link from "next/link";
import { Shape } from "@/components/state/shape";
import type { MatrixCell, MatrixRow } from "./matrix-view";
import { StartTime } from "./start-time";

/** What pressing it leads to: `Promote backend v1.4.0 to production`, and when that would start where it is closed. */
export function promoteWords(row: MatrixRow, cell: MatrixCell): string | undefined {
  if (!cell.canPromote) return undefined;
  const verb = cell.canPromote.startsAt ? "Request" : "Promote";
  return `${verb} ${row.service} ${cell.canPromote.version} to ${cell.environment}`;
}

interface PromoteLinkProps {
  row: MatrixRow;
  cell: MatrixCell;
  href: string;
  tabIndex?: number;
}

/** The row's own button; it appears under the pointer and with the focus. */
export function PromoteLink({ row, cell, href, tabIndex }: PromoteLinkProps) {
  const startsAt = cell.canPromote?.startsAt;
  const what = `${row.service} to ${cell.environment}`;
  return (
    <Link
      className="button button--primary button--small cell__go"
      href={href}
      tabIndex={tabIndex}
      title={promoteWords(row, cell)}
      prefetch={false}
    >
      {startsAt ? (
        <>
          Request<span className="sr"> {what}</span>, starts <StartTime at={startsAt} />
        </>
      ) : (
        <>
          Promote <span className="sr">{row.service}</span> <Shape name="arrow" label="to" /> {cell.environment}
        </>
      )}
    </Link>
  );
}
