import { holdOperation, listHoldsOperation } from "@/lib/api/contract/environments";
import { answer, handle } from "@/lib/api/handle";
import { hold } from "@/lib/commands/hold";
import { getPool } from "@/lib/db/pool";
import { getEngine } from "@/lib/engine/compose";
import { listHolds } from "@/lib/queries/api/stops";

export const dynamic = "force-dynamic";

export const GET = handle(listHoldsOperation, async ({ principal, query }) =>
  answer(200, { items: await listHolds(getPool(), principal, query.project) }),
);

export const POST = handle(holdOperation, async ({ principal, body }) => {
  const held = await hold(getEngine(), principal, body);
  return held.kind === "rejection" ? held : answer(201, { id: held.id });
});
