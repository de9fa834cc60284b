import { revokePersonOperation } from "@/lib/api/contract/people";
import { answer, handle } from "@/lib/api/handle";
import { revokePerson } from "@/lib/commands/revoke-person";
import { getEngine } from "@/lib/engine/compose";

export const dynamic = "force-dynamic";

export const POST = handle(revokePersonOperation, async ({ principal, body }) => {
  const revoked = await revokePerson(getEngine(), principal, body);
  return revoked.kind === "rejection" ? revoked : answer(200, { id: revoked.id, tokens: revoked.tokens });
});
