import { fireTriggerOperation } from "@/lib/api/contract/triggers";
import { answer, handle } from "@/lib/api/handle";
import { fireTrigger } from "@/lib/commands/fire-trigger";
import { afterCommand } from "@/lib/engine/after-command";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(fireTriggerOperation, async ({ principal, body }) => {
  const fired = await fireTrigger(getEngine(), principal, body);
  if (fired.kind === "rejection") return fired;
  const { trigger, id, promotions, created } = fired;
  const told = { trigger, id, promotions };
  if (!created) return answer(200, told);
  await Promise.all(promotions.filter((one) => one.fired).map(({ promotion }) => afterCommand(promotion)));
  return answer(201, told);
});
