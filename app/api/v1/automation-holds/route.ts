import { listAutomationHoldsOperation } from "@/lib/api/contract/digests";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { listAutomationHolds } from "@/lib/queries/api/stops";

export const dynamic = "force-dynamic";

export const GET = handle(listAutomationHoldsOperation, async ({ principal, query }) =>
  answer(200, { items: await listAutomationHolds(getPool(), principal, query) }),
);
