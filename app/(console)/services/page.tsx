import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { viewOr } from "@/app/(console)/view-or";
import { servicesParams, servicesPath } from "@/components/service/services-filter";
import { ServicesList } from "@/components/service/services-list";
import { Page, PageHead } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadServices } from "@/lib/queries/services";

export const metadata: Metadata = { title: "Services" };

const loadParams = createLoader(servicesParams);

export default async function ServicesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const principal = await pagePrincipal("/services");
  const [params, { inSight }] = await Promise.all([loadParams(searchParams), projectsInSight(principal)]);
  const { project, text, after } = params;
  const filter = { projects: project ? [project] : inSight, text: text ?? undefined, after: after ?? undefined };
  const initial = await viewOr(() => loadServices(getPool(), principal, filter, new Date().toISOString()));
  return (
    <Page>
      <PageHead title="Services" note="what each runs along its way" />
      <ServicesList initial={initial} initialPath={servicesPath(params, inSight)} />
    </Page>
  );
}
