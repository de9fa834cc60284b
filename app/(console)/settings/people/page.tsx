import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { chosenProject, type SettingsSearch } from "@/app/(console)/settings/chosen-project";
import { NoProject } from "@/app/(console)/settings/no-project";
import { restorePersonAction, revokePersonAction } from "@/app/actions/people";
import { PeoplePage } from "@/components/settings/people-page";
import { PersonRightsPage } from "@/components/settings/person-rights-page";
import type { Principal } from "@/lib/auth/principal";
import { getPool } from "@/lib/db/pool";
import { loadPersonRights } from "@/lib/queries/person-rights";
import { loadPeopleView } from "@/lib/queries/settings-people";

export const metadata: Metadata = { title: "People and roles" };

type Search = SettingsSearch & Promise<{ person?: string | string[] }>;

export default async function PeopleRoutePage({ searchParams }: { searchParams: Search }) {
  const principal = await pagePrincipal("/settings/people");
  const project = await chosenProject(principal, searchParams);
  if (project === undefined) return <NoProject />;
  const { person } = await searchParams;
  if (typeof person === "string" && person !== "") return onePerson(principal, project, person);
  const view = await notFoundOr(() => loadPeopleView(getPool(), principal, project, new Date().toISOString()));
  const path = `/api/view/settings/people?${new URLSearchParams({ project })}`;
  return (
    <PeoplePage key={project} initial={view} path={path} revoke={revokePersonAction} restore={restorePersonAction} />
  );
}

async function onePerson(principal: Principal, project: string, person: string) {
  const view = await notFoundOr(() => loadPersonRights(getPool(), principal, person, new Date().toISOString()));
  const path = `/api/view/settings/person?${new URLSearchParams({ person })}`;
  const back = `/settings/people?${new URLSearchParams({ project })}`;
  return <PersonRightsPage key={person} initial={view} path={path} back={back} />;
}
