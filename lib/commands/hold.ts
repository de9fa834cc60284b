import { z } from "zod";
import { mustBeAbleTo } from "@/lib/auth/permissions";
import { actorOf, type Principal } from "@/lib/auth/principal";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { why } from "@/lib/commands/tell-promotion";
import { json, sql } from "@/lib/db/sql";
import { loadProject } from "@/lib/facts/project";
import { inLedgerTransaction } from "@/lib/ledger/append";
import { recordHold } from "@/lib/ledger/project-entries";
import { wakeWaiting } from "@/lib/ledger/wake-waiting";
import { NotFound, parseInput } from "@/lib/pipeline/errors";
import type { Entry } from "@/lib/pipeline/promotion/entry";

const place = { project: z.string().min(1).max(63), environment: z.string().min(1).max(63) };
export const holdInput = z.strictObject({ ...place, reason: why });
export const releaseHoldInput = z.strictObject({ ...place, why });

export interface Held {
  kind: "held" | "released";
  id: string;
}

/** Stops the line: nothing new starts in the environment until somebody lifts it; what is under way goes on. */
export async function hold(context: CommandContext, principal: Principal, raw: unknown): Promise<Held | Refusal> {
  const { project, environment, reason } = parseInput(holdInput, raw);
  mustBeAbleTo(principal, "hold", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const stored = await loadProject(tx, project);
    if (!stored?.document.environments.some((one) => one.name === environment)) throw new NotFound();
    const id = `${project}:${environment}:${tx.head.seq + 1}`;
    const entry: Entry & { kind: "environment.held" } = {
      kind: "environment.held",
      data: { id, reason },
      at: context.now(),
      actor: actorOf(principal),
      subject: { environment },
    };
    if (!(await recordHold(tx, project, environment, entry))) {
      return { kind: "rejection", code: "alreadyHeld", message: `${environment} is held already` };
    }
    await tx.append([entry]);
    await wakeWaiting(tx, project);
    return { kind: "held", id };
  });
}

/** Lifts the hold, with a reason; promotions that waited for it are looked at again at once. */
export async function releaseHold(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Held | Refusal> {
  const input = parseInput(releaseHoldInput, raw);
  const { project, environment } = input;
  mustBeAbleTo(principal, "release", { project, environment });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const actor = actorOf(principal);
    const at = context.now();
    const [lifted] = await tx.query<{ id: string }>(
      sql`update hold set lifted_at = ${at}, lifted_by = ${json(actor)}::jsonb
           where project = ${project} and environment = ${environment} and lifted_at is null returning id`,
    );
    if (!lifted) return { kind: "rejection", code: "notHeld", message: `${environment} is not held` };
    const data = { id: lifted.id, why: input.why };
    await tx.append([{ kind: "environment.released", data, at, actor, subject: { environment } }]);
    await wakeWaiting(tx, project);
    return { kind: "released", id: lifted.id };
  });
}
