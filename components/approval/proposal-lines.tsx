import Link from "next/link";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { Lines } from "@/components/ui/lines";
import type { ProposalView } from "@/lib/queries/proposals";

const columns = [
  { key: "what", head: "what", width: "34%" },
  { key: "state", head: "guards", width: "132px" },
  { key: "note", head: "what it changes" },
  { key: "who", head: "proposed by", width: "148px" },
  { key: "until", head: "expires", numeric: true, width: "104px" },
];

/** Proposed changes of project files, each with the way to where it is confirmed. */
export function ProposalLines({ lines }: { lines: readonly ProposalView[] }) {
  return (
    <Lines caption="Policy changes" columns={columns} heads tall stack>
      {lines.map((line) => (
        <tr key={line.id} className={line.mayConfirm ? "is-open" : undefined}>
          <th scope="row">
            <Link className="link strong" href={`/settings/file?${new URLSearchParams({ project: line.project })}`}>
              The file of {line.project}
            </Link>
            <span className="muted block">after version {line.baseVersion}</span>
          </th>
          <td className="lines__side">
            <Stamp name={line.mayConfirm ? "approve" : "waiting"}>{line.environments.join(", ")}</Stamp>
          </td>
          <td>
            {line.changes.length === 1 ? line.changes[0]?.path : `${line.changes.length} changes`}
            {line.current ? null : <span className="muted block">the file is another one by now</span>}
          </td>
          <td className="muted">
            <span className="soft">{line.proposedBy}</span> <RelativeTime at={line.proposedAt} />
          </td>
          <td className="num muted nowrap">
            <span className="phone:hidden">expires </span>
            <RelativeTime at={line.expiresAt} />
          </td>
        </tr>
      ))}
    </Lines>
  );
}
