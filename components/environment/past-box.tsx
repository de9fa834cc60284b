import Link from "next/link";
import { ShortDigest } from "@/components/digest/short-digest";
import { EvidenceText } from "@/components/promotion/evidence-text";
import { PromotionName } from "@/components/promotion/promotion-name";
import { Box } from "@/components/sheet/box";
import { Stamp } from "@/components/state/stamp";
import { ExactTime } from "@/components/time/exact-time";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import { Pagination } from "@/components/ui/pagination";
import type { EnvironmentView } from "@/lib/queries/environment";

const columns = [
  { key: "when", head: "when", width: "148px" },
  { key: "what", head: "promotion", width: "34%" },
  { key: "state", head: "ended", width: "124px" },
  { key: "why", head: "why" },
];

interface PastBoxProps {
  view: EnvironmentView;
  /** The newest are shown. */
  isFirst: boolean;
  onBefore: (before: string | null) => void;
}

/** What has run here, and what tried to: promotions that changed something, the newest first. */
export function PastBox({ view, isFirst, onBefore }: PastBoxProps) {
  const { lines, next } = view.past;
  return (
    <Box
      title="What has run here"
      number={8}
      note={lines.length > 0 ? "the newest first" : undefined}
      flush={lines.length > 0}
    >
      {lines.length === 0 ? (
        <p className="muted small">{isFirst ? "Nothing has been promoted here yet." : "There is nothing older."}</p>
      ) : (
        <Lines caption="What has run here" columns={columns} heads tall stack>
          {lines.map((line) => (
            <tr key={line.id} className={line.phase === "failed" ? "is-no" : undefined}>
              <td className="muted">
                <ExactTime at={line.endedAt} show="both" />
                <span className="block small">
                  <RelativeTime at={line.endedAt} />
                </span>
              </td>
              <th scope="row">
                <Link className="link strong" href={`/promotions/${line.id}`}>
                  <PromotionName {...line} environment={view.environment} />
                </Link>
                <span className="muted block">
                  {line.id} {line.digests[0] ? <ShortDigest digest={line.digests[0].digest} /> : null}
                  {line.digests.length > 1 ? ` and ${line.digests.length - 1} more` : null}
                </span>
              </th>
              <td className="lines__side">
                <Stamp name={line.phase}>{line.phase === "succeeded" ? "verified" : undefined}</Stamp>
              </td>
              <td>{line.why ? <EvidenceText text={line.why} /> : null}</td>
            </tr>
          ))}
        </Lines>
      )}
      {next || !isFirst ? (
        <Pagination
          onPrevious={isFirst ? undefined : () => onBefore(null)}
          previousLabel="Newest"
          onNext={next ? () => onBefore(next) : undefined}
        />
      ) : null}
    </Box>
  );
}
