import Link from "next/link";
import { Box } from "@/components/sheet/box";
import { Stamp } from "@/components/state/stamp";
import { Duration } from "@/components/time/duration";
import { RelativeTime } from "@/components/time/relative-time";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { ReleaseView } from "@/lib/queries/release";

const columns = [
  { key: "id", head: "promotion", width: "20%" },
  { key: "to", head: "to", width: "18%" },
  { key: "stands", head: "stands", width: "132px" },
  { key: "reason", head: "reason" },
  { key: "by", head: "asked by", width: "120px" },
  { key: "when", head: "asked", width: "104px" },
  { key: "took", head: "took", width: "92px", numeric: true },
];

/** Every promotion of the release, the newest first, with what came of it. */
export function ReleasePromotions({ number, view }: { number: number; view: ReleaseView }) {
  return (
    <Box number={number} title="Where it has been" note={view.promotions.length > 0 ? "newest first" : undefined} flush>
      {view.promotions.length === 0 ? (
        <EmptyState title="Nowhere yet" bare>
          Nobody has asked to bring it anywhere.
        </EmptyState>
      ) : (
        <Lines caption="Promotions of this release" columns={columns} heads stack>
          {view.promotions.map((one) => (
            <tr key={one.id}>
              <th scope="row" className="strong">
                <Link className="link" href={`/promotions/${one.id}`}>
                  {one.id}
                </Link>
              </th>
              <td>
                {one.kind === "rollback" ? "back in " : ""}
                {one.environment}
              </td>
              <td className="lines__side">
                <Stamp name={one.phase} size="small" />
              </td>
              <td className="muted">{one.reason}</td>
              <td className="muted">{one.requestedBy}</td>
              <td className="muted nowrap">
                <RelativeTime at={one.requestedAt} />
              </td>
              <td className="num muted nowrap">
                {one.endedAt ? <Duration from={one.requestedAt} to={one.endedAt} /> : ""}
              </td>
            </tr>
          ))}
        </Lines>
      )}
    </Box>
  );
}
