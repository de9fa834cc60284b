import { adoptDriftOperation } from "@/lib/api/contract/environments";
import { answer, handle } from "@/lib/api/handle";
import { adoptDrift } from "@/lib/commands/adopt-drift";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(adoptDriftOperation, async ({ principal, body }) => {
  const adopted = await adoptDrift(getEngine(), principal, body);
  return adopted.kind === "rejection" ? adopted : answer(200, { digest: adopted.digest });
});
