import { releaseProjectHoldOperation } from "@/lib/api/contract/environments";
import { answer, handle } from "@/lib/api/handle";
import { releaseHold } from "@/lib/commands/hold";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const DELETE = handle(releaseProjectHoldOperation, async ({ principal, params, query }) => {
  const released = await releaseHold(getEngine(), principal, { ...params, why: query.why });
  return released.kind === "rejection" ? released : answer(200, { id: released.id });
});
