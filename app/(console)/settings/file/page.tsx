import type { Metadata } from "next";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { chosenProject, type SettingsSearch } from "@/app/(console)/settings/chosen-project";
import { NoProject } from "@/app/(console)/settings/no-project";
import {
  applyDocumentsAction,
  backtestPolicyAction,
  confirmPolicyAction,
  rejectPolicyAction,
} from "@/app/actions/documents";
import { NewDocumentPage } from "@/components/settings/new-document-page";
import { ProjectFilePage } from "@/components/settings/project-file-page";
import { can } from "@/lib/auth/permissions";
import { getPool } from "@/lib/db/pool";
import { loadProjectFile } from "@/lib/queries/settings";

const proposalActions = { confirmPolicyAction, rejectPolicyAction };

export const metadata: Metadata = { title: "Project file" };

export default async function FilePage({ searchParams }: { searchParams: SettingsSearch }) {
  const principal = await pagePrincipal("/settings/file");
  const project = await chosenProject(principal, searchParams);
  const mayAdminister = can(principal, "administer", { instance: true });
  const wanted = (await searchParams).new;
  if (wanted === "connection" || wanted === "project" || (project === undefined && mayAdminister)) {
    const what = wanted === "connection" ? "connection" : "project";
    return <NewDocumentPage key={what} what={what} mayAdminister={mayAdminister} action={applyDocumentsAction} />;
  }
  if (project === undefined) return <NoProject />;
  const view = await notFoundOr(() => loadProjectFile(getPool(), principal, project, new Date().toISOString()));
  const path = `/api/view/settings/file?${new URLSearchParams({ project })}`;
  return (
    <ProjectFilePage
      key={project}
      initial={view}
      path={path}
      action={applyDocumentsAction}
      backtestAction={backtestPolicyAction}
      proposalActions={proposalActions}
    />
  );
}
