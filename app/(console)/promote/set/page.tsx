import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { requestPromotionsAction } from "@/app/actions/promotions";
import { PromoteSet } from "@/components/promote/promote-set";
import { setQuery, setSubject } from "@/components/promote/set-address";
import { SetCrumbs } from "@/components/shell/crumbs";
import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, PageHead } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadPromoteSet, promoteSetInput } from "@/lib/queries/promote-set";

export const metadata: Metadata = { title: "Promote together" };

type Search = Promise<Record<string, string | string[] | undefined>>;

export default async function PromoteSetPage({ searchParams }: { searchParams: Search }) {
  const given = new URLSearchParams(
    Object.entries(await searchParams).flatMap(([key, value]) =>
      [value ?? []].flat().map((one): [string, string] => [key, one]),
    ),
  );
  const principal = await pagePrincipal(`/promote/set?${given}`);
  const subject = promoteSetInput.safeParse(setSubject(given));
  if (!subject.success) {
    return (
      <Page>
        <PageHead title="Promote together" />
        <EmptyState
          title="Nothing is chosen"
          action={<LinkButton href="/environments">To the environments</LinkButton>}
        >
          An environment’s page lists what could come there: choose services and preview them together.
        </EmptyState>
      </Page>
    );
  }
  const now = new Date().toISOString();
  const initial = await notFoundOr(() => loadPromoteSet(getPool(), principal, subject.data, now));
  const query = setQuery(subject.data);
  return (
    <Page>
      <SetCrumbs
        items={[
          { label: "Environments", href: "/environments" },
          { label: subject.data.project },
          {
            label: subject.data.environment,
            href: `/environments/${subject.data.project}/${subject.data.environment}`,
          },
          { label: "Promote together" },
        ]}
      />
      <PromoteSet
        key={query}
        initial={initial}
        path={`/api/view/promote-set?${query}`}
        action={requestPromotionsAction}
      />
    </Page>
  );
}
