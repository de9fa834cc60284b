import { listBlocksOperation } from "@/lib/api/contract/environments";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { listBlocks } from "@/lib/queries/api/stops";

export const dynamic = "force-dynamic";

export const GET = handle(listBlocksOperation, async ({ principal, query }) =>
  answer(200, { items: await listBlocks(getPool(), principal, query) }),
);
