import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { chosenProject, type SettingsSearch } from "@/app/(console)/settings/chosen-project";
import { NoProject } from "@/app/(console)/settings/no-project";
import { PeoplePage } from "@/components/settings/people-page";
import { getPool } from "@/lib/db/pool";
import { loadPeopleView } from "@/lib/queries/settings-people";

export const metadata: Metadata = { title: "People and roles" };

export default async function PeopleRoutePage({ searchParams }: { searchParams: SettingsSearch }) {
  const principal = await pagePrincipal("/settings/people");
  const project = await chosenProject(principal, searchParams);
  if (project === undefined) return <NoProject />;
  const view = await notFoundOr(() => loadPeopleView(getPool(), principal, project, new Date().toISOString()));
  return (
    <PeoplePage key={project} initial={view} path={`/api/view/settings/people?${new URLSearchParams({ project })}`} />
  );
}
