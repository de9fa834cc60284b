import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { chosenProject, type SettingsSearch } from "@/app/(console)/settings/chosen-project";
import { NoProject } from "@/app/(console)/settings/no-project";
import { createTokenAction, revokeTokenAction } from "@/app/actions/tokens";
import { TokensPage } from "@/components/settings/tokens-page";
import { getPool } from "@/lib/db/pool";
import { loadTokensView } from "@/lib/queries/settings-people";

export const metadata: Metadata = { title: "API tokens" };

export default async function TokensRoutePage({ searchParams }: { searchParams: SettingsSearch }) {
  const principal = await pagePrincipal("/settings/tokens");
  const project = await chosenProject(principal, searchParams);
  if (project === undefined) return <NoProject />;
  const view = await notFoundOr(() => loadTokensView(getPool(), principal, project, new Date().toISOString()));
  const path = `/api/view/settings/tokens?${new URLSearchParams({ project })}`;
  return <TokensPage key={project} initial={view} path={path} create={createTokenAction} revoke={revokeTokenAction} />;
}
