import { listProposalsOperation } from "@/lib/api/contract/documents";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { listProposals } from "@/lib/queries/proposals";

export const dynamic = "force-dynamic";

export const GET = handle(listProposalsOperation, async ({ principal, query }) => {
  return answer(200, { items: await listProposals(getPool(), principal, query.project, new Date().toISOString()) });
});
