import { listReverificationsOperation, verifyAgainOperation } from "@/lib/api/contract/reverifications";
import { answer, handle } from "@/lib/api/handle";
import { verifyAgain } from "@/lib/commands/verify-again";
import { getPool } from "@/lib/db/pool";
import { getEngine } from "@/lib/engine/compose";
import { listReverifications } from "@/lib/queries/api/reverifications";

export const dynamic = "force-dynamic";

export const POST = handle(verifyAgainOperation, async ({ principal, body }) => {
  const asked = await verifyAgain(getEngine(), principal, body);
  return asked.kind === "rejection" ? asked : answer(201, { id: asked.id, digest: asked.digest });
});

export const GET = handle(listReverificationsOperation, async ({ principal, query }) =>
  answer(200, { items: await listReverifications(getPool(), principal, query) }),
);
