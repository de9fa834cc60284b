import { unblockOperation } from "@/lib/api/contract/digests";
import { answer, handle } from "@/lib/api/handle";
import { unblock } from "@/lib/commands/unblock";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(unblockOperation, async ({ principal, body }) => {
  const unblocked = await unblock(getEngine(), principal, body);
  return unblocked.kind === "rejection" ? unblocked : answer(200, { id: unblocked.id });
});
