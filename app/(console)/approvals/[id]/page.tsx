import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { notFoundOr } from "@/app/(console)/not-found-or";
import { pagePrincipal } from "@/app/(console)/page-principal";
import { approveAction, rejectAction, tickAction } from "@/app/actions/promotions";
import { ApprovalSlip } from "@/components/approval/approval-slip";
import { Page } from "@/components/ui/page";
import { getPool } from "@/lib/db/pool";
import { loadApprovalSlip } from "@/lib/queries/approval-slip";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: Promise<{ plan?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Approve ${decodeURIComponent((await params).id)}` };
}

export default async function ApprovalPage({ params, searchParams }: Props) {
  const id = decodeURIComponent((await params).id);
  const { plan } = await searchParams;
  const planHash = typeof plan === "string" ? plan : undefined;
  const principal = await pagePrincipal(`/approvals/${id}${planHash ? `?plan=${planHash}` : ""}`);
  const now = new Date().toISOString();
  const view = await notFoundOr(() => loadApprovalSlip(getPool(), principal, id, { planHash, now }));
  // Without a plan in the address, a later reload would show another one without saying so.
  if (!planHash) redirect(`/approvals/${id}?plan=${view.planHash}`);
  return (
    <Page>
      <ApprovalSlip key={planHash} initial={view} {...{ approveAction, rejectAction, tickAction }} />
    </Page>
  );
}
