import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { blockAction } from "@/app/actions/environments";
import { ReleasePage } from "@/components/release/release-page";
import { SetCrumbs } from "@/components/shell/crumbs";
import { Page } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadRelease } from "@/lib/queries/release";

type Params = Promise<{ project: string; key: string }>;

export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  return { title: decodeURIComponent((await params).key) };
}

export default async function ReleaseRoutePage({ params }: { params: Params }) {
  const given = await params;
  const [project, key] = [decodeURIComponent(given.project), decodeURIComponent(given.key)];
  const principal = await pagePrincipal(`/releases/${project}/${encodeURIComponent(key)}`);
  const now = new Date().toISOString();
  const view = await notFoundOr(() => loadRelease(getPool(), principal, { project, key }, now));
  return (
    <Page>
      <SetCrumbs
        items={[
          { label: "Releases", href: "/releases" },
          { label: project, href: `/releases?project=${project}` },
          { label: key },
        ]}
      />
      <ReleasePage
        initial={view}
        path={`/api/view/release?${new URLSearchParams({ project, key })}`}
        blockAction={blockAction}
      />
    </Page>
  );
}
