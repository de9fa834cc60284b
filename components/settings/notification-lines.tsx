"use client";

import Link from "next/link";
import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { NotificationState, Place } from "@/components/settings/notification-words";
import { Box } from "@/components/sheet/box";
import { State } from "@/components/state/state";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { NotificationLine, NotificationsView } from "@/lib/queries/notifications";

const eventColumn = { key: "event", head: "event", width: "28%" };
const placeColumn = { key: "place", head: "where", width: "24%" };

interface DeadBoxProps {
  view: NotificationsView;
  sendAgain: (input: unknown) => Promise<ActionOutcome>;
  onDone: () => void;
}

/** What was given up, with the other side's words; a person can have it sent again. */
export function DeadBox({ view: { project, dead, moreDead, mayConfigure }, sendAgain, onDone }: DeadBoxProps) {
  const columns = [
    eventColumn,
    placeColumn,
    { key: "said", head: "what the other side said" },
    { key: "again", head: <span className="sr">send again</span>, width: "120px", numeric: true },
  ];
  const count = moreDead ? `more than ${dead.length}` : String(dead.length);
  return (
    <Box
      number={2}
      title="Given up"
      answer={dead.length === 0 ? undefined : <State name="failed">{count} not delivered</State>}
      flush
    >
      {dead.length === 0 ? (
        <EmptyState title="Nothing was given up" bare>
          What cannot be delivered in eight attempts, or is refused, stands here until somebody has it sent again.
        </EmptyState>
      ) : (
        <Lines caption="Notifications that were given up" columns={columns} heads tall stack>
          {dead.map((line) => (
            <Dead key={line.id} {...{ project, line, mayConfigure, sendAgain, onDone }} />
          ))}
        </Lines>
      )}
    </Box>
  );
}

interface DeadProps extends Omit<DeadBoxProps, "view"> {
  project: string;
  line: NotificationLine;
  mayConfigure: boolean;
}

function Dead({ project, line, mayConfigure, sendAgain, onDone }: DeadProps) {
  const { run, busy, failure } = useAction(sendAgain, { onDone });
  const { id, event, at, attempts, said, place } = line;
  return (
    <tr className="is-no">
      <th scope="row">
        <Event line={line} />
      </th>
      <td>
        <Place place={place} />
      </td>
      <td className="break-words">
        {said ?? "it was refused"}
        <span className="muted block">
          {attempts === 1 ? "one attempt" : `${attempts} attempts`}, the last <RelativeTime at={at} />
        </span>
        <ActionFailureNote failure={failure} />
      </td>
      <td className="num lines__side">
        {mayConfigure ? (
          <Button
            size="small"
            busy={busy}
            aria-label={`Send again: ${event}`}
            onClick={() => void run({ project, id })}
          >
            Send again
          </Button>
        ) : null}
      </td>
    </tr>
  );
}

/** What was sent last, and what is on its way. */
export function RecentBox({ view: { recent } }: { view: NotificationsView }) {
  const columns = [eventColumn, placeColumn, { key: "standing", head: "stands" }];
  return (
    <Box number={3} title="Sent last" flush>
      {recent.length === 0 ? (
        <EmptyState title="Nothing was sent yet" bare>
          Each event that a subscription asks for stands here, with what became of it.
        </EmptyState>
      ) : (
        <Lines caption="Notifications that were sent last" columns={columns} heads tall stack>
          {recent.map((line) => (
            <tr key={line.id}>
              <th scope="row">
                <Event line={line} />
              </th>
              <td>
                <Place place={line.place} />
              </td>
              <td className="break-words">
                <NotificationState status={line.status} /> <RelativeTime at={line.at} />
                {line.said === null ? null : <span className="muted block">{line.said}</span>}
              </td>
            </tr>
          ))}
        </Lines>
      )}
    </Box>
  );
}

function Event({ line: { event, promotion, environment, askedBy } }: { line: NotificationLine }) {
  return (
    <>
      <span className="strong">{event}</span>
      <span className="muted block font-regular">
        {promotion ? (
          <Link className="link" href={`/promotions/${promotion}`}>
            {promotion}
          </Link>
        ) : (
          environment
        )}
        {askedBy ? ` asked for by ${askedBy}` : null}
      </span>
    </>
  );
}
