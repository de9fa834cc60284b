import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { chosenProject, type SettingsSearch } from "@/app/(console)/settings/chosen-project";
import { NoProject } from "@/app/(console)/settings/no-project";
import {
  applyDocumentsAction,
  backtestPolicyAction,
  confirmPolicyAction,
  editPolicyAction,
  rejectPolicyAction,
} from "@/app/actions/documents";
import { PolicyPage } from "@/components/policy/policy-page";
import { getPool } from "@/lib/db/pool";
import { loadPolicy } from "@/lib/queries/policy";

const proposalActions = { confirmPolicyAction, rejectPolicyAction };

export const metadata: Metadata = { title: "Policy" };

export default async function PolicySettingsPage({ searchParams }: { searchParams: SettingsSearch }) {
  const principal = await pagePrincipal("/settings/policy");
  const project = await chosenProject(principal, searchParams);
  if (project === undefined) return <NoProject />;
  const view = await notFoundOr(() => loadPolicy(getPool(), principal, project, new Date().toISOString()));
  return (
    <PolicyPage
      key={project}
      initial={view}
      path={`/api/view/settings/policy?${new URLSearchParams({ project })}`}
      action={applyDocumentsAction}
      editAction={editPolicyAction}
      backtestAction={backtestPolicyAction}
      proposalActions={proposalActions}
    />
  );
}
