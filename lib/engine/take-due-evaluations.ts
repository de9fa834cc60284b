import { json, sql } from "@/lib/db/sql";
import type { Engine } from "@/lib/engine/engine";
import type { LeasedStep } from "@/lib/engine/lease";

/** So many are worth one look together; fewer are taken one by one. */
const atLeast = 10;
const atMost = 500;

/** An evaluation held together with others. `heldUntil` is also when it is due: whoever wakes it meanwhile changes that. */
export interface HeldEvaluation extends LeasedStep {
  heldUntil: string;
}

/**
 * Takes many evaluations that are due, up to 500, where there are at least 10; nobody else gets them until the lease runs
 * out. None where there are fewer. Times are the database's clock.
 */
export async function takeDueEvaluations(engine: Engine): Promise<HeldEvaluation[]> {
  return engine.pool.query<HeldEvaluation>(
    sql`with due as (
          select id from step
           where kind = 'evaluate' and status = 'due' and due_at <= now() and (lease_until is null or lease_until <= now())
           order by due_at for update skip locked limit ${atMost})
        update step set lease_owner = ${engine.owner}, lease_generation = lease_generation + 1,
               lease_until = now() + ${engine.leaseMs} * interval '1 millisecond',
               due_at = now() + ${engine.leaseMs} * interval '1 millisecond'
         where id in (select id from due) and (select count(*) from due) >= ${atLeast}
         returning id, promotion, project, kind, payload, attempts, lease_generation as "leaseGeneration",
                   due_at as "heldUntil"`,
  );
}

/**
 * Ends the holds with the moment of the next look. What was woken meanwhile, by a change that the look may not have seen,
 * stays due and is free to be taken.
 */
export async function putOffEvaluations(
  engine: Engine,
  looked: readonly { step: HeldEvaluation; nextAt: string }[],
): Promise<void> {
  if (looked.length === 0) return;
  const rows = looked.map(({ step: { id, leaseGeneration, heldUntil }, nextAt }) => {
    return { id, leaseGeneration, heldUntil, nextAt };
  });
  await engine.pool.execute(
    sql`update step s
           set due_at = case when s.due_at = l."heldUntil" then l."nextAt" else s.due_at end, lease_until = null
          from jsonb_to_recordset(${json(rows)}::jsonb)
               as l (id text, "leaseGeneration" int, "heldUntil" timestamptz, "nextAt" timestamptz)
         where s.id = l.id and s.status = 'due' and s.lease_owner = ${engine.owner}
           and s.lease_generation = l."leaseGeneration"`,
  );
}
