import { json, sql } from "@/lib/db/sql";
import type { LedgerTransaction } from "@/lib/ledger/append";
import type { Actor } from "@/lib/pipeline/actor";
import type { PromotionState } from "@/lib/pipeline/promotion/state";

/**
 * After a rollback that a person asked for: where the environment promotes by itself, it stops doing so for the services
 * that went back, until a person resumes it. What is held already stays as it is.
 */
export async function holdAutomation(
  tx: LedgerTransaction,
  { id: promotion, plan, reason: asked }: PromotionState,
  actor: Actor,
  at: string,
): Promise<void> {
  const { project, environment } = plan;
  const services = plan.services.map((one) => one.service);
  const rows = await tx.query<{ service: string }>(
    sql`select s.service from unnest(${services}::text[]) as s (service)
         where exists (select from environment e where e.project = ${project} and e.name = ${environment} and e.auto_promote <> 'off')
           and not exists (select from automation_hold h where h.project = ${project} and h.environment = ${environment}
                              and h.service = s.service and h.lifted_at is null)`,
  );
  for (const { service } of rows) {
    const id = `${promotion}:${service}:automation`;
    const reason = asked ? `rolled back by ${promotion}: ${asked}` : `rolled back by ${promotion}`;
    await tx.execute(
      sql`insert into automation_hold (id, project, service, environment, promotion, reason, held_by, held_at)
          values (${id}, ${project}, ${service}, ${environment}, ${promotion}, ${reason}, ${json(actor)}::jsonb, ${at})`,
    );
    const data = { id, service, reason };
    await tx.append([{ kind: "automation.held", data, at, actor, subject: { promotion, environment, service } }]);
  }
}
