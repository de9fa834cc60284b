"use client";

import Link from "next/link";
import { approvalsPath } from "@/components/approval/approvals-path";
import { ProposalLines } from "@/components/approval/proposal-lines";
import { standingWords } from "@/components/approval/standing-words";
import { useView } from "@/components/live/use-view";
import { ViewErrorState } from "@/components/live/view-error-state";
import type { OverrideActions } from "@/components/override/override-acts";
import { OverrideLines } from "@/components/override/override-lines";
import { PromotionName } from "@/components/promotion/promotion-name";
import { Box } from "@/components/sheet/box";
import { Sheet } from "@/components/sheet/sheet";
import { useProjectsInSight } from "@/components/shell/projects-in-sight";
import { Stamp } from "@/components/state/stamp";
import { RelativeTime } from "@/components/time/relative-time";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import { Skeleton } from "@/components/ui/skeleton";
import type { ApprovalLine, ApprovalsView } from "@/lib/queries/approvals";

interface ApprovalsListProps {
  initial: ApprovalsView;
  initialPath: string;
  actions: OverrideActions;
}

/** What waits for my yes or my tick, and what waits for the yes of others. */
export function ApprovalsList({ initial, initialPath, actions }: ApprovalsListProps) {
  const { inSight } = useProjectsInSight();
  const path = approvalsPath(inSight);
  const { data, error, refetch } = useView<ApprovalsView>(path, {
    initial: path === initialPath ? initial : undefined,
    watches: { projects: inSight },
    keep: true,
  });
  if (!data) {
    return error ? (
      <ViewErrorState title="The approvals could not be read" error={error} onRetry={refetch} />
    ) : (
      <div className="sheet p-4">
        <Skeleton lines={4} label="Loading the approvals" />
      </div>
    );
  }
  return (
    <div className="sheets">
      {data.mine.length === 0 ? (
        <EmptyState title="Nothing waits for your yes or your tick">
          {data.others.length === 0
            ? "No promotion in the projects in sight waits for a signature."
            : "What waits for others stands below."}
        </EmptyState>
      ) : (
        <Sheet label="Waits for you">
          <Box title="Waits for you" note={data.mine.length} flush>
            <ApprovalLines caption="Approvals and checklists that wait for you" lines={data.mine} mine />
          </Box>
        </Sheet>
      )}
      {data.overrides.length > 0 ? (
        <Sheet label="Overrides">
          <Box title="Overrides, open until another person has reviewed them" note={data.overrides.length} flush>
            <OverrideLines lines={data.overrides} actions={actions} />
          </Box>
        </Sheet>
      ) : null}
      {data.proposals.length > 0 ? (
        <Sheet label="Policy changes">
          <Box title="Policy changes, for another administrator to confirm" note={data.proposals.length} flush>
            <ProposalLines lines={data.proposals} />
          </Box>
        </Sheet>
      ) : null}
      {data.others.length > 0 ? (
        <Sheet label="Waits for others">
          <Box title="Waits for others" note={data.others.length} flush>
            <ApprovalLines caption="Approvals that wait for others" lines={data.others} />
          </Box>
        </Sheet>
      ) : null}
      {data.cut ? <p className="note">More wait than are listed here: choose fewer projects.</p> : null}
    </div>
  );
}

const columns = [
  { key: "what", head: "what", width: "34%" },
  { key: "state", head: "signed", width: "132px" },
  { key: "note", head: "what it waits for" },
  { key: "who", head: "asked by", width: "148px" },
  { key: "until", head: "expires", numeric: true, width: "104px" },
];

function ApprovalLines({ caption, lines, mine }: { caption: string; lines: ApprovalLine[]; mine?: true }) {
  return (
    <Lines caption={caption} columns={columns} heads tall stack>
      {lines.map((line) => (
        <tr key={line.id} className={mine ? "is-open" : undefined}>
          <th scope="row">
            <Link className="link strong" href={mine && isAsked(line) ? slipOf(line) : `/promotions/${line.id}`}>
              <PromotionName {...line} kind="promote" />
            </Link>
            <span className="muted block">
              {line.id}, {line.project}
            </span>
          </th>
          <td className="lines__side">
            {mine && !isAsked(line) ? (
              <Stamp name="approve">{line.toTick.length} to tick</Stamp>
            ) : (
              <Stamp name={mine ? "approve" : "waiting"}>
                {line.given} of {line.needed}
              </Stamp>
            )}
          </td>
          <td>
            {line.alsoWaits.join("; ") || <span className="muted">only signatures</span>}
            {line.standing === "asked" ? null : <span className="muted block">{standingWords(line)}</span>}
          </td>
          <td className="muted">
            <span className="soft">{line.requestedBy}</span> <RelativeTime at={line.requestedAt} />
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

/** Whether their yes is waited for, or only a tick. */
function isAsked({ standing }: ApprovalLine): boolean {
  return standing === "asked" || standing === "stale";
}

/** Bound to the plan that stands here. */
function slipOf({ id, planHash }: ApprovalLine): string {
  return `/approvals/${id}?plan=${planHash}`;
}
