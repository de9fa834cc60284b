import { listPinsOperation, pinOperation } from "@/lib/api/contract/digests";
import { answer, handle } from "@/lib/api/handle";
import { pin } from "@/lib/commands/pin";
import { getPool } from "@/lib/db/pool";
import { getEngine } from "@/lib/engine/compose";
import { listPins } from "@/lib/queries/api/stops";

export const dynamic = "force-dynamic";

export const GET = handle(listPinsOperation, async ({ principal, query }) =>
  answer(200, { items: await listPins(getPool(), principal, query) }),
);

export const POST = handle(pinOperation, async ({ principal, body }) => {
  const pinned = await pin(getEngine(), principal, body);
  return pinned.kind === "rejection" ? pinned : answer(201, { id: pinned.id });
});
