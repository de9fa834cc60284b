import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { viewOr } from "@/app/(console)/view-or";
import { announceReleaseAction } from "@/app/actions/releases";
import { releasesParams, releasesPath } from "@/components/release/releases-filter";
import { ReleasesList } from "@/components/release/releases-list";
import { Page } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadReleases } from "@/lib/queries/releases";

export const metadata: Metadata = { title: "Releases" };

const loadParams = createLoader(releasesParams);

export default async function ReleasesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const principal = await pagePrincipal("/releases");
  const [params, { inSight }] = await Promise.all([loadParams(searchParams), projectsInSight(principal)]);
  const { project, service, text, after } = params;
  const filter = {
    projects: project ? [project] : inSight,
    service: service ?? undefined,
    text: text ?? undefined,
    after: after ?? undefined,
  };
  const initial = await viewOr(() => loadReleases(getPool(), principal, filter, new Date().toISOString()));
  return (
    <Page>
      <ReleasesList initial={initial} initialPath={releasesPath(params, inSight)} announce={announceReleaseAction} />
    </Page>
  );
}
