import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { chosenProject, type SettingsSearch } from "@/app/(console)/settings/chosen-project";
import { NoProject } from "@/app/(console)/settings/no-project";
import { sendNotificationAgainAction, tryNotificationAction } from "@/app/actions/notifications";
import { NotificationsPage } from "@/components/settings/notifications-page";
import { getPool } from "@/lib/db/pool";
import { loadNotificationsView } from "@/lib/queries/notifications";

export const metadata: Metadata = { title: "Notifications" };

export default async function NotificationsRoutePage({ searchParams }: { searchParams: SettingsSearch }) {
  const principal = await pagePrincipal("/settings/notifications");
  const project = await chosenProject(principal, searchParams);
  if (project === undefined) return <NoProject />;
  const view = await notFoundOr(() => loadNotificationsView(getPool(), principal, project, new Date().toISOString()));
  const path = `/api/view/settings/notifications?${new URLSearchParams({ project })}`;
  const actions = { tryIt: tryNotificationAction, sendAgain: sendNotificationAgainAction };
  return <NotificationsPage key={project} initial={view} path={path} {...actions} />;
}
