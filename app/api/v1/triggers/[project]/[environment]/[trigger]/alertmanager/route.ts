import { fireByAlertmanagerOperation } from "@/lib/api/contract/triggers";
import { answer, handle } from "@/lib/api/handle";
import { fireByAlertmanager } from "@/lib/commands/fire-by-alertmanager";
import { afterCommand } from "@/lib/engine/after-command";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(fireByAlertmanagerOperation, async ({ principal, params, query, body }) => {
  const heard = await fireByAlertmanager(getEngine(), principal, { ...params, ...query }, body);
  const fired = heard.flatMap(({ promotions }) => promotions.filter((one) => one.fired));
  await Promise.all(fired.map(({ promotion }) => afterCommand(promotion)));
  return answer(200, { heard });
});
