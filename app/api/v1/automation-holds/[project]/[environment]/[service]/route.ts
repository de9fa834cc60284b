import { resumeAutomationOperation } from "@/lib/api/contract/digests";
import { answer, handle } from "@/lib/api/handle";
import { resumeAutomation } from "@/lib/commands/resume-automation";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const DELETE = handle(resumeAutomationOperation, async ({ principal, params, query }) => {
  const resumed = await resumeAutomation(getEngine(), principal, { ...params, why: query.why });
  return resumed.kind === "rejection" ? resumed : answer(200, { id: resumed.id });
});
