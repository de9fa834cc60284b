import { createTokenOperation, listTokensOperation } from "@/lib/api/contract/tokens";
import { answer, handle } from "@/lib/api/handle";
import { countAgainstLimit, personCounted } from "@/lib/auth/rate-limit";
import { createToken } from "@/lib/commands/create-token";
import { getPool } from "@/lib/db/pool";
import { listTokens } from "@/lib/queries/tokens";

export const dynamic = "force-dynamic";

export const POST = handle(createTokenOperation, async ({ principal, body }) => {
  await countAgainstLimit("createToken", personCounted(principal));
  return answer(201, await createToken(getPool(), principal, body, new Date()));
});

export const GET = handle(listTokensOperation, async ({ principal, query }) =>
  answer(200, { items: await listTokens(getPool(), principal, query.project) }),
);
