import { rejectProposalOperation } from "@/lib/api/contract/documents";
import { answer, handle } from "@/lib/api/handle";
import { rejectPolicy } from "@/lib/commands/decide-policy";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(rejectProposalOperation, async ({ principal, params, body }) => {
  const decided = await rejectPolicy(getEngine(), principal, { ...body, proposal: params.id });
  if (decided.kind === "rejection") return decided;
  return answer(200, { project: decided.project, version: decided.version });
});
