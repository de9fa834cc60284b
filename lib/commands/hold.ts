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

const place = {
  project: z.string().min(1).max(63),
  environment: z.string().min(1).max(63).optional().meta({ description: "left out: the whole project" }),
};
export const holdInput = z.strictObject({ ...place, reason: why });
export const releaseHoldInput = z.strictObject({ ...place, why });

export interface Held {
  kind: "held" | "released";
  id: string;
}

/**
 * Stops the line: nothing new starts in the environment, or without one in the whole project, until somebody lifts it;
 * what is under way goes on. Holding a project needs the right in every environment of it.
 */
export async function hold(context: CommandContext, principal: Principal, raw: unknown): Promise<Held | Refusal> {
  const { project, environment, reason } = parseInput(holdInput, raw);
  mustBeAbleTo(principal, "hold", { project, ...(environment ? { environment } : {}) });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const stored = await loadProject(tx, project);
    if (!stored) throw new NotFound();
    if (environment && !stored.document.environments.some((one) => one.name === environment)) throw new NotFound();
    const seq = tx.head.seq + 1;
    const common = { at: context.now(), actor: actorOf(principal) };
    const entry = environment
      ? {
          ...{ kind: "environment.held" as const, data: { id: `${project}:${environment}:${seq}`, reason } },
          ...{ ...common, subject: { environment } },
        }
      : { kind: "project.held" as const, data: { id: `${project}:${seq}`, reason }, ...common, subject: {} };
    if (!(await recordHold(tx, project, environment ?? null, entry))) {
      return { kind: "rejection", code: "alreadyHeld", message: `${environment ?? project} is held already` };
    }
    await tx.append([entry]);
    await wakeWaiting(tx, project);
    return { kind: "held", id: entry.data.id };
  });
}

/**
 * Lifts the hold of the environment, or without one that of the whole project, with a reason; promotions that waited for
 * it are looked at again at once. A hold of the other kind stays.
 */
export async function releaseHold(
  context: CommandContext,
  principal: Principal,
  raw: unknown,
): Promise<Held | Refusal> {
  const input = parseInput(releaseHoldInput, raw);
  const { project, environment } = input;
  mustBeAbleTo(principal, "release", { project, ...(environment ? { environment } : {}) });
  return inLedgerTransaction(context.pool, project, async (tx) => {
    const common = { at: context.now(), actor: actorOf(principal) };
    const [lifted] = await tx.query<{ id: string }>(
      sql`update hold set lifted_at = ${common.at}, lifted_by = ${json(common.actor)}::jsonb
           where project = ${project} and environment is not distinct from ${environment ?? null} and lifted_at is null
           returning id`,
    );
    if (!lifted) return { kind: "rejection", code: "notHeld", message: `${environment ?? project} is not held` };
    const data = { id: lifted.id, why: input.why };
    await tx.append([
      environment
        ? { kind: "environment.released", data, ...common, subject: { environment } }
        : { kind: "project.released", data, ...common, subject: {} },
    ]);
    await wakeWaiting(tx, project);
    return { kind: "released", id: lifted.id };
  });
}
