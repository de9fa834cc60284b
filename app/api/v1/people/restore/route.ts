import { restorePersonOperation } from "@/lib/api/contract/people";
import { answer, handle } from "@/lib/api/handle";
import { restorePerson } from "@/lib/commands/revoke-person";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(restorePersonOperation, async ({ principal, body }) => {
  const restored = await restorePerson(getEngine(), principal, body);
  return restored.kind === "rejection" ? restored : answer(200, { id: restored.id });
});
