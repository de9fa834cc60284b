import { type Queryable, type Sql, sql } from "@/lib/db/sql";
import { groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { UpstreamSuccess } from "@/lib/pipeline/gates/gate";
import { type Outcome, standingSuccesses } from "@/lib/pipeline/gates/standing-success";

/** Where each digest that the plans bring was verified, and whether that still counts. */
export const loadSuccesses: LoadEvidence<"successes"> = async (db, asked) => {
  const keyOf = (project: string, service: string, digest: string) => JSON.stringify([project, service, digest]);
  const wanted = new Map(
    asked.flatMap(({ plan }) =>
      plan.services.map((one) => {
        const artifact = { project: plan.project, service: one.service, digest: one.to.digest };
        return [keyOf(artifact.project, artifact.service, artifact.digest), artifact] as const;
      }),
    ),
  );
  const all = [...wanted.values()];
  const byKey = await loadStandingSuccesses(
    db,
    sql`(select *, 'infinity'::timestamptz as at from unnest(${[...wanted.keys()]}::text[],
           ${all.map((one) => one.project)}::text[], ${all.map((one) => one.service)}::text[],
           ${all.map((one) => one.digest)}::text[]) as u (id, project, service, digest))`,
  );
  return ({ plan }) => plan.services.flatMap((one) => byKey.get(keyOf(plan.project, one.service, one.to.digest)) ?? []);
};

/**
 * The successes of what `wanted` names (rows of id, project, service, digest and at), by id, as they stood at its `at`: in
 * one statement, with what set them back.
 */
export async function loadStandingSuccesses(db: Queryable, wanted: Sql): Promise<Map<string, UpstreamSuccess[]>> {
  const rows = await db.query<Outcome & { id: string }>(sql`
    with w as materialized ${wanted}
    select w.id, v.service, v.environment, v.digest, 'succeeded' as kind, v.promotion as by, v.verified_at as at,
           null as why, false as stands
      from w join verification v on v.project = w.project and v.service = w.service and v.digest = w.digest
       and v.verified_at <= w.at
    union all
    select w.id, r.service, r.environment, r.digest, case r.status when 'passed' then 'verifiedAgain' else 'setBack' end,
           r.id, r.ended_at, r.said, false
      from w join reverification r on r.project = w.project and r.service = w.service and r.digest = w.digest
       and r.status in ('passed', 'failed') and r.ended_at <= w.at
    union all
    select w.id, b.service, b.environment, b.digest, 'setBack', b.id, b.blocked_at, b.reason,
           b.lifted_at is null or b.lifted_at > w.at
      from w join block b on b.project = w.project and b.service = w.service and b.digest = w.digest
       and b.blocked_at <= w.at
    union all
    select w.id, o.service, o.environment, o.to_digest, 'setBack', p.id, coalesce(p.ended_at, p.changed_at),
           p.id || ' failed: ' || (p.state->'cause'->>'reason'), false
      from w join rollout o on o.project = w.project and o.service = w.service and o.to_digest = w.digest
       and o.phase in ('failed', 'stuck')
      join promotion p on p.id = o.promotion and coalesce(p.ended_at, p.changed_at) <= w.at
     where p.state->'cause'->>'kind' in ('failed', 'errored')
       and coalesce(p.state->'cause'->>'service', o.service) = o.service
       and exists (select from jsonb_array_elements(p.state->'rollouts') r
                    where r->>'phase' <> 'pending' and (r->>'phase' <> 'failed' or (r->>'touched')::boolean))`);
  const byId = groupBy(rows, (row) => row.id);
  return new Map([...byId].map(([id, outcomes]) => [id, standingSuccesses(outcomes)]));
}
