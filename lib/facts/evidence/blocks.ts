import { sql } from "@/lib/db/sql";
import { distinct, groupBy, type LoadEvidence } from "@/lib/facts/evidence/asked";
import type { GateEvidence } from "@/lib/pipeline/gates/gate";

type Block = NonNullable<GateEvidence["blocks"]>[number];

/** What is blocked of the digests that the plans bring. */
export const loadBlocks: LoadEvidence<"blocks"> = async (db, asked) => {
  const projects = distinct(asked.map(({ plan }) => plan.project));
  const digests = distinct(asked.flatMap(({ plan }) => plan.services.map((one) => one.to.digest)));
  const rows = await db.query<Block & { project: string; environment: string }>(
    sql`select project, environment, service, digest, reason, blocked_at as "blockedAt" from block
         where project = any(${projects}) and digest = any(${digests}) and lifted_at is null`,
  );
  const byPlace = groupBy(rows, (row) => `${row.project}/${row.environment}`);
  return ({ plan }) =>
    (byPlace.get(`${plan.project}/${plan.environment}`) ?? [])
      .filter((row) => plan.services.some((one) => one.service === row.service && one.to.digest === row.digest))
      .map(({ service, digest, reason, blockedAt }) => ({ service, digest, reason, blockedAt }));
};
