import { blockOperation, listBlocksOperation } from "@/lib/api/contract/digests";
import { answer, handle } from "@/lib/api/handle";
import { block } from "@/lib/commands/block";
import { getPool } from "@/lib/db/pool";
import { getEngine } from "@/lib/engine/compose";
import { listBlocks } from "@/lib/queries/api/stops";

export const dynamic = "force-dynamic";

export const GET = handle(listBlocksOperation, async ({ principal, query }) =>
  answer(200, { items: await listBlocks(getPool(), principal, query) }),
);

export const POST = handle(blockOperation, async ({ principal, body }) => {
  const blocked = await block(getEngine(), principal, body);
  return blocked.kind === "rejection" ? blocked : answer(201, { id: blocked.id });
});
