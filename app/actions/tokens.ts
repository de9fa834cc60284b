"use server";

import { runAction } from "@/app/actions/run-action";
import type { ActionFailure, ActionOutcome } from "@/components/action/action-outcome";
import type { TokenOutcome } from "@/components/settings/token-outcome";
import { countAgainstLimit, personCounted } from "@/lib/auth/rate-limit";
import { type CreateTokenInput, createToken } from "@/lib/commands/create-token";
import { type RevokeTokenInput, revokeToken } from "@/lib/commands/revoke-token";

/** Makes a token; its secret is in the answer and nowhere else. The command reads and checks the input itself. */
export async function createTokenAction(input: unknown): Promise<TokenOutcome | ActionFailure> {
  return runAction(
    async ({ pool, now }, principal) => {
      await countAgainstLimit("createToken", personCounted(principal));
      const token = await createToken(pool, principal, input as CreateTokenInput, new Date(now()));
      return { kind: "created" as const, token };
    },
    ({ token }) => ({ token, message: `Token ${token.label} is made` }),
  );
}

/** Makes a token void at once. */
export async function revokeTokenAction(input: unknown): Promise<ActionOutcome> {
  return runAction(
    async ({ pool, now }, principal) => {
      await revokeToken(pool, principal, input as RevokeTokenInput, new Date(now()));
      return { kind: "revoked" as const };
    },
    () => ({ message: "The token is revoked" }),
  );
}
