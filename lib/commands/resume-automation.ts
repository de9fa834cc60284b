import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { why } from "@/lib/commands/tell-promotion";
import { json, sql } from "@/lib/db/sql";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { parseInput } from "@/lib/pipeline/errors";

export const resumeAutomationInput = z.strictObject({
  project: z.string().min(1).max(63),
  environment: z.string().min(1).max(63),
  service: z.string().min(1).max(63),
  why,
});

export interface Resumed {
  kind: "resumed";
  id: string;
}

/** Lets automation move a service in an environment again that a rollback by a person stopped, with a reason. */
export async function resumeAutomation(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Resumed | Refusal> {
  const input = parseInput(resumeAutomationInput, raw);
  const { project, environment, service } = input;
  mustBeAbleTo(principal, "release", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const at = context.now();
    const actor = actorOf(principal);
    const [lifted] = await tx.query<{ id: string }>(
      sql`update automation_hold set lifted_at = ${at}, lifted_by = ${json(actor)}::jsonb
           where project = ${project} and environment = ${environment} and service = ${service} and lifted_at is null
           returning id`,
    );
    if (!lifted) {
      const message = `nothing holds the automation of ${service} in ${environment}`;
      return { kind: "rejection", code: "automationNotHeld", message };
    }
    const data = { id: lifted.id, service, why: input.why };
    await tx.append([{ kind: "automation.resumed", data, at, actor, subject: { environment, service } }]);
    return { kind: "resumed", id: lifted.id };
  });
}
