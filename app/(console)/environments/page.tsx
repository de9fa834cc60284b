import type { Metadata } from "next";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { releaseHoldAction } from "@/app/actions/environments";
import { EnvironmentsList } from "@/components/environment/environments-list";
import { environmentsPath } from "@/components/environment/environments-path";
import { Page, PageHead } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { listEnvironments } from "@/lib/queries/environments";

export const metadata: Metadata = { title: "Environments" };

export default async function EnvironmentsPage() {
  const principal = await pagePrincipal("/environments");
  const { all, inSight } = await projectsInSight(principal);
  const now = new Date().toISOString();
  const initial = await listEnvironments(getPool(), principal, { projects: inSight, now });
  return (
    <Page>
      <PageHead title="Environments" note="places that releases reach, in the order of each project’s route" />
      <EnvironmentsList
        initial={initial}
        initialPath={environmentsPath(all, inSight)}
        releaseAction={releaseHoldAction}
      />
    </Page>
  );
}
