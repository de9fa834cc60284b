import type { Metadata } from "next";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { applyDocumentsAction, checkConnectionAction } from "@/app/actions/documents";
import { ConnectionsPage } from "@/components/settings/connections-page";
import { getPool } from "@/lib/db/pool";
import { loadConnectionsView } from "@/lib/queries/settings";

export const metadata: Metadata = { title: "Connections" };

export default async function ConnectionsRoutePage() {
  const principal = await pagePrincipal("/settings/connections");
  const view = await loadConnectionsView(getPool(), principal, new Date().toISOString());
  return <ConnectionsPage initial={view} check={checkConnectionAction} apply={applyDocumentsAction} />;
}
