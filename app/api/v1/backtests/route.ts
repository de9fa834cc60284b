import { backtestOperation } from "@/lib/api/contract/backtests";
import { answer, handle } from "@/lib/api/handle";
import { backtestPolicy } from "@/lib/commands/backtest-policy";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(backtestOperation, async ({ principal, body, query }) => {
  const found = await backtestPolicy(getEngine(), principal, { ...body, ...query });
  if (found.kind === "invalidDocuments") return found;
  const { kind: _, ...told } = found;
  return answer(200, told);
});
