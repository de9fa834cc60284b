"use client";

import Link from "next/link";
import { PromotionName } from "@/components/promotion/promotion-name";
import { Meter } from "@/components/state/meter";
import { Stamp } from "@/components/state/stamp";
import { Duration } from "@/components/time/duration";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { PromotionLine } from "@/lib/queries/promotions";

const columns = [
  { key: "what", head: "promotion", width: "30%" },
  { key: "state", head: "stands", width: "132px" },
  { key: "note", head: "why, or what it waits for" },
  { key: "asked", head: "asked by", width: "148px" },
  { key: "took", head: "took", width: "92px", numeric: true },
];

/** Promotions, one a line. */
export function PromotionLines({ lines, withProject }: { lines: PromotionLine[]; withProject: boolean }) {
  return (
    <div className="sheet box--plain">
      <Lines caption="Promotions" columns={columns} heads tall stack>
        {lines.map((line) => (
          <Line key={line.id} line={line} withProject={withProject} />
        ))}
      </Lines>
    </div>
  );
}

function Line({ line, withProject }: { line: PromotionLine; withProject: boolean }) {
  const isOpen = line.endedAt === null;
  return (
    <tr className={line.phase === "stuck" ? "is-no" : undefined}>
      <th scope="row">
        <Link className="link strong" href={`/promotions/${line.id}`}>
          <PromotionName {...line} />
        </Link>
        <span className="muted block">
          {line.id}
          {withProject ? `, ${line.project}` : ""}
        </span>
      </th>
      <td className="lines__side">
        <Stamp name={line.phase} />
      </td>
      <td>
        {line.note}
        {line.progress ? (
          <span className="flex items-center gap-2">
            {line.progress.done} of {line.progress.of} services
            <Meter
              value={line.progress.done / Math.max(1, line.progress.of)}
              label={`${line.progress.done} of ${line.progress.of} services`}
            />
          </span>
        ) : null}
      </td>
      <td className="muted">
        <span className="soft">{line.requestedBy}</span> <RelativeTime at={line.requestedAt} />
      </td>
      <td className="num muted nowrap max-phone:hidden!">
        {isOpen ? "" : <Duration from={line.requestedAt} to={line.endedAt ?? line.requestedAt} />}
      </td>
    </tr>
  );
}
