import type { Metadata } from "next";
import { createLoader, type SearchParams } from "nuqs/server";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { HistoryBook } from "@/components/ledger/history-book";
import { historyFilter, historyParams, historyPath } from "@/components/ledger/history-filter";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, PageHead } from "@/components/ui/page";
import { can } from "@/lib/auth/permissions";
import { getPool } from "@/lib/db/pool";
import { instanceChain } from "@/lib/pipeline/instance-chain";
import { type HistoryFilter, loadHistory } from "@/lib/queries/history";

export const metadata: Metadata = { title: "History" };

const loadParams = createLoader(historyParams);

export default async function HistoryPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const principal = await pagePrincipal("/history");
  const [params, { inSight }] = await Promise.all([loadParams(searchParams), projectsInSight(principal)]);
  const fallback = can(principal, "administer", { instance: true }) ? instanceChain : undefined;
  const project = params.project ?? inSight[0] ?? fallback;
  if (project === undefined) return <NothingInSight />;
  const filter = historyFilter(params, project) as HistoryFilter;
  const initial = await notFoundOr(() => loadHistory(getPool(), principal, filter, new Date().toISOString()));
  return (
    <Page>
      <HistoryBook initial={initial} initialPath={historyPath(params, project)} />
    </Page>
  );
}

function NothingInSight() {
  return (
    <Page>
      <PageHead title="History" />
      <EmptyState title="No ledger to read">
        You may see no project yet. Whoever administers one can put you, or a group of yours, into its file.
      </EmptyState>
    </Page>
  );
}
