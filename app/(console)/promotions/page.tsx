import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { promotionsParams, promotionsPath } from "@/components/promotion/promotions-filter";
import { PromotionsList } from "@/components/promotion/promotions-list";
import { Page, PageHead } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadPromotions } from "@/lib/queries/promotions";

export const metadata: Metadata = { title: "Promotions" };

const loadParams = createLoader(promotionsParams);

export default async function PromotionsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const principal = await pagePrincipal("/promotions");
  const [params, { inSight }] = await Promise.all([loadParams(searchParams), projectsInSight(principal)]);
  const path = promotionsPath(params, inSight);
  const { project, environment, service, phase, after } = params;
  const projects = project ? [project] : inSight;
  const filter = { projects, ...given({ environment, service, phase, after }) };
  const initial = await loadPromotions(getPool(), principal, filter, new Date().toISOString());
  return (
    <Page>
      <PageHead title="Promotions" note="each a request to bring a release to an environment, and its whole life" />
      <PromotionsList initial={initial} initialPath={path} />
    </Page>
  );
}

type Given<Values> = { [Key in keyof Values]?: NonNullable<Values[Key]> };

/** What the address names; nuqs says null for the rest. */
function given<Values extends Record<string, unknown>>(values: Values): Given<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Given<Values>;
}
