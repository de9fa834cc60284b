"use client";

import type { ActionOutcome } from "@/components/action/action-outcome";
import { useView } from "@/components/live/use-view";
import { DeadBox, RecentBox } from "@/components/settings/notification-lines";
import { SubscriptionsBox } from "@/components/settings/subscriptions-box";
import { Sheet, SheetRow } from "@/components/sheet/sheet";
import type { NotificationsView } from "@/lib/queries/notifications";

interface NotificationsPageProps {
  initial: NotificationsView;
  path: string;
  tryIt: (input: unknown) => Promise<ActionOutcome>;
  sendAgain: (input: unknown) => Promise<ActionOutcome>;
}

/** Who is told of what, what was given up, and what was sent last. */
export function NotificationsPage({ initial, path, tryIt, sendAgain }: NotificationsPageProps) {
  const { data, refetch } = useView<NotificationsView>(path, { initial, watches: { projects: [initial.project] } });
  const view = data ?? initial;
  return (
    <Sheet label="Notifications">
      <SheetRow>
        <SubscriptionsBox view={view} tryIt={tryIt} onDone={refetch} />
      </SheetRow>
      <SheetRow>
        <DeadBox view={view} sendAgain={sendAgain} onDone={refetch} />
      </SheetRow>
      <SheetRow>
        <RecentBox view={view} />
      </SheetRow>
    </Sheet>
  );
}
