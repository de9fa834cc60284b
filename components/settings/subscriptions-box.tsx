"use client";

import { ActionFailureNote } from "@/components/action/action-failure-note";
import type { ActionOutcome } from "@/components/action/action-outcome";
import { useAction } from "@/components/action/use-action";
import { NotificationState, Place } from "@/components/settings/notification-words";
import { Box } from "@/components/sheet/box";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Lines } from "@/components/ui/lines";
import type { NotificationsView, SubscriptionLine } from "@/lib/queries/notifications";

interface SubscriptionsBoxProps {
  view: NotificationsView;
  tryIt: (input: unknown) => Promise<ActionOutcome>;
  onDone: () => void;
}

const columns = [
  { key: "place", head: "where", width: "26%" },
  { key: "events", head: "is told of" },
  { key: "environments", head: "in", width: "16%" },
  { key: "last", head: "last attempt", width: "24%" },
  { key: "try", head: <span className="sr">test</span>, width: "88px", numeric: true },
];

/** The subscriptions of the project's file, each with a button that tries it. */
export function SubscriptionsBox({ view, tryIt, onDone }: SubscriptionsBoxProps) {
  const { project, subscriptions } = view;
  return (
    <Box number={1} title="Subscriptions" note="from the project file" flush>
      {subscriptions.length === 0 ? (
        <EmptyState title="Nobody is told of anything" bare>
          A list <span className="mono">notify</span> in the project file says who is: by Slack, e-mail, Teams or a
          webhook.
        </EmptyState>
      ) : (
        <Lines caption="Subscriptions" columns={columns} heads tall stack>
          {subscriptions.map((line) => (
            <Subscription key={line.position} {...{ project, line, tryIt, onDone }} />
          ))}
        </Lines>
      )}
    </Box>
  );
}

interface SubscriptionProps extends Omit<SubscriptionsBoxProps, "view"> {
  project: string;
  line: SubscriptionLine;
}

function Subscription({ project, line, tryIt, onDone }: SubscriptionProps) {
  const { channel, place, events, environments, last } = line;
  const { run, busy, failure } = useAction(tryIt, { onDone });
  const name = [place.what, place.detail].filter(Boolean).join(" ");
  return (
    <tr>
      <th scope="row">
        <Place place={place} />
      </th>
      <td className="break-words">{events.join(", ")}</td>
      <td className="soft">{environments === null ? "every environment" : environments.join(", ")}</td>
      <td>
        {last ? (
          <>
            <NotificationState status={last.status} /> <RelativeTime at={last.at} />
            <span className="muted block break-words">{[last.event, last.said].filter(Boolean).join(": ")}</span>
          </>
        ) : (
          <span className="muted">never told anything</span>
        )}
        <ActionFailureNote failure={failure} />
      </td>
      <td className="num lines__side">
        {channel !== null ? (
          <Button size="small" busy={busy} aria-label={`Test ${name}`} onClick={() => void run({ project, channel })}>
            Test
          </Button>
        ) : null}
      </td>
    </tr>
  );
}
