import { applyOperation } from "@/lib/api/contract/documents";
import { answer, handle } from "@/lib/api/handle";
import { applyDocuments } from "@/lib/commands/apply-documents";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const PUT = handle(applyOperation, async ({ principal, body, query }) => {
  const applied = await applyDocuments(getEngine(), principal, { ...body, dryRun: query.dryRun ?? false });
  if (applied.kind !== "applied") return applied;
  const { kind: _, ...told } = applied;
  return answer(told.proposals.length > 0 ? 202 : 200, told);
});
