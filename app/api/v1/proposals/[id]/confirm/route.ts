import { confirmProposalOperation } from "@/lib/api/contract/documents";
import { answer, handle } from "@/lib/api/handle";
import { confirmPolicy } from "@/lib/commands/decide-policy";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(confirmProposalOperation, async ({ principal, params, body }) => {
  const decided = await confirmPolicy(getEngine(), principal, { ...body, proposal: params.id });
  if (decided.kind === "rejection") return decided;
  return answer(200, { project: decided.project, version: decided.version });
});
