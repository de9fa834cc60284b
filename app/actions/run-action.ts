import { randomUUID } from "node:crypto";
import pino from "pino";
import type { ActionFailure } from "@/components/action/action-outcome";
import { answerFor } from "@/lib/auth/error-answer";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { requirePrincipal } from "@/lib/auth/session";
import type { Refusal } from "@/lib/commands/context";
import { getEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { isKnownError } from "@/lib/pipeline/errors";

const logger = pino({ level: process.env.LOG_LEVEL ?? "info", base: { part: "action" } });

/**
 * Runs a command for whoever is signed in and says what came of it, as plain data. Whatever is thrown becomes an answer
 * here and nowhere else; what nobody foresaw is logged under the reference that the answer carries.
 */
export async function runAction<Result extends { kind: string }, Done extends object>(
  command: (engine: Engine, principal: PersonPrincipal) => Promise<Result | Refusal>,
  done: (result: Exclude<Result, Refusal>) => Promise<Done> | Done,
): Promise<ActionFailure | ({ ok: true } & Done)> {
  try {
    const result = await command(getEngine(), await requirePrincipal());
    if (isRefusal(result)) {
      const { code, message, promotion } = result;
      return { ok: false, code, message, ...(promotion ? { href: `/promotions/${promotion}` } : {}) };
    }
    return { ok: true, ...(await done(result as Exclude<Result, Refusal>)) };
  } catch (error) {
    return failureOf(error);
  }
}

function isRefusal(result: { kind: string }): result is Refusal {
  return result.kind === "rejection";
}

function failureOf(error: unknown): ActionFailure {
  const reference = randomUUID();
  if (!isKnownError(error) || error.kind === "invariantViolation")
    logger.error({ err: error, reference }, "an action failed");
  const answer = answerFor(error, reference);
  return {
    ok: false,
    code: answer.code,
    message: answer.code === "externalError" ? `${answer.title}: ${answer.detail}` : answer.detail,
    ...(answer.issues ? { issues: answer.issues } : {}),
    ...(answer.reference ? { reference: answer.reference } : {}),
  };
}
