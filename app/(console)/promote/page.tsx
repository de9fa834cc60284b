import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { requestPromotionAction, rollBackAction } from "@/app/actions/promotions";
import { previewQuery, previewSubject } from "@/components/promote/preview-address";
import { PromotePreview } from "@/components/promote/promote-preview";
import { LinkButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, PageHead } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { freshEvidence } from "@/lib/engine/fresh-evidence";
import { loadPromotePreview, previewInput } from "@/lib/queries/promote-preview";

export const metadata: Metadata = { title: "Promote" };

type Search = Promise<Record<string, string | string[] | undefined>>;

export default async function PromotePage({ searchParams }: { searchParams: Search }) {
  const given = new URLSearchParams(
    Object.entries(await searchParams).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
  const principal = await pagePrincipal(`/promote?${given}`);
  const subject = previewInput.safeParse(previewSubject(given));
  if (!subject.success) return <IncompleteAddress />;
  const read = () => loadPromotePreview(getPool(), principal, subject.data, new Date().toISOString());
  const first = await notFoundOr(read);
  const view = first.kind === "preview" && (await freshEvidence(first.plan)) ? await read() : first;
  return (
    <Page>
      <PromotePreview
        key={previewQuery(subject.data)}
        initial={view}
        path={`/api/view/promote-preview?${previewQuery(subject.data)}`}
        requestAction={requestPromotionAction}
        rollBackAction={rollBackAction}
      />
    </Page>
  );
}

function IncompleteAddress() {
  return (
    <Page>
      <PageHead title="Promote" />
      <EmptyState title="Nothing to preview" action={<LinkButton href="/">To the overview</LinkButton>}>
        A preview needs a project, an environment and a release. The overview and every release lead here with them.
      </EmptyState>
    </Page>
  );
}
