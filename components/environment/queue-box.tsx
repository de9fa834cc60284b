import Link from "next/link";
import { PromotionName } from "@/components/promotion/promotion-name";
import { Box } from "@/components/sheet/box";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { EnvironmentView } from "@/lib/queries/environment";

const columns = [
  { key: "state", head: "stands", width: "116px" },
  { key: "what", head: "promotion" },
  { key: "since", head: "since", width: "96px", numeric: true },
];

/** What is under way here, and what comes after it. */
export function QueueBox({ view }: { view: EnvironmentView }) {
  const { queue } = view;
  return (
    <Box
      title="Under way and waiting"
      number={4}
      note={queue.length === 0 ? undefined : String(queue.length)}
      flush={queue.length > 0}
    >
      {queue.length === 0 ? (
        <p className="muted small">Nothing is on its way here.</p>
      ) : (
        <Lines caption="Under way and waiting" columns={columns} tall>
          {queue.map((line) => (
            <tr key={line.id} className={line.phase === "stuck" ? "is-no" : undefined}>
              <td>
                <Stamp name={line.phase} size="small" />
              </td>
              <th scope="row">
                <Link className="link strong" href={`/promotions/${line.id}`}>
                  <PromotionName {...line} environment={view.environment} />
                </Link>
                <span className="muted block small">
                  {line.id}, {line.requestedBy}
                </span>
              </th>
              <td className="num muted">
                <RelativeTime at={line.since} form="age" />
              </td>
            </tr>
          ))}
        </Lines>
      )}
    </Box>
  );
}
