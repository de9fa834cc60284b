import type { Metadata } from "next";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { projectsInSight } from "@/app/(console)/projects-in-sight";
import { confirmOverrideAction, reviewOverrideAction } from "@/app/actions/promotions";
import { ApprovalsList } from "@/components/approval/approvals-list";
import { approvalsPath } from "@/components/approval/approvals-path";
import { Page, PageHead } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadApprovals } from "@/lib/queries/approvals";

const actions = { confirmOverrideAction, reviewOverrideAction };

export const metadata: Metadata = { title: "Approvals" };

export default async function ApprovalsPage() {
  const principal = await pagePrincipal("/approvals");
  const { inSight } = await projectsInSight(principal);
  const initial = await loadApprovals(getPool(), principal, { projects: inSight, now: new Date().toISOString() });
  return (
    <Page>
      <PageHead title="Approvals" note="a yes is for exactly one plan, and void as soon as that changes" />
      <ApprovalsList initial={initial} initialPath={approvalsPath(inSight)} actions={actions} />
    </Page>
  );
}
