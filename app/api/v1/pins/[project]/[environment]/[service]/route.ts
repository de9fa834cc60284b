import { unpinOperation } from "@/lib/api/contract/digests";
import { answer, handle } from "@/lib/api/handle";
import { unpin } from "@/lib/commands/pin";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const DELETE = handle(unpinOperation, async ({ principal, params, query }) => {
  const unpinned = await unpin(getEngine(), principal, { ...params, why: query.why });
  return unpinned.kind === "rejection" ? unpinned : answer(200, { id: unpinned.id });
});
