import { revokeTokenOperation } from "@/lib/api/contract/tokens";
import { answer, handle } from "@/lib/api/handle";
import { revokeToken } from "@/lib/commands/revoke-token";
import { getPool } from "@/lib/db/pool";

export const dynamic = "force-dynamic";

export const DELETE = handle(revokeTokenOperation, async ({ principal, params }) => {
  await revokeToken(getPool(), principal, params, new Date());
  return answer(204);
});
