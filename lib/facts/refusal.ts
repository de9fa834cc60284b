import { type Queryable, sql } from "@/lib/db/sql";
import type { Assessment } from "@/lib/facts/assess";
import { loadCanaryGrounds } from "@/lib/facts/evidence/canary-grounds";
import { isOpen, refuses } from "@/lib/pipeline/gates/gate";
import type { Plan } from "@/lib/pipeline/plan/plan";

export interface RequestRefusal {
  code: "nothingToMove" | "gateClosed" | "noCanary";
  message: string;
}

/**
 * Why a promotion of this plan would be refused at this moment; undefined where it may be asked for. The preview and
 * the command both ask here. A promotion may wait for its gates; a rollback starts at once or not at all.
 */
export async function refusalOf(
  db: Queryable,
  { plan, verdicts }: Assessment,
  now: string,
): Promise<RequestRefusal | undefined> {
  if (plan.kind === "rollback") {
    const closed = verdicts.find((verdict) => !isOpen(verdict));
    return closed && { code: "gateClosed", message: `${closed.gate}: ${closed.summary}` };
  }
  const moves = plan.services.some((one) => one.from?.digest !== one.to.digest);
  if (!moves && (await isVerified(db, plan))) {
    return { code: "nothingToMove", message: `${plan.environment} runs exactly this already, verified` };
  }
  const grounds = await loadCanaryGrounds(db, plan, now);
  const without = grounds.find((one) => one.standing === "impossible");
  if (without) return { code: "noCanary", message: without.why ?? `a canary of ${without.service} is not possible` };
  const no = verdicts.find(refuses);
  return no && { code: "gateClosed", message: `${no.gate}: ${no.summary}` };
}

/** Whether the environment has verified exactly these digests last: what runs unverified may be promoted, to verify it. */
async function isVerified(db: Queryable, plan: Plan): Promise<boolean> {
  const services = plan.services.map((one) => one.service);
  const rows = await db.query<{ service: string; digest: string | null }>(
    sql`select service, verified_digest as digest from deployment
         where project = ${plan.project} and environment = ${plan.environment} and service = any(${services})`,
  );
  return plan.services.every((one) => rows.some((row) => row.service === one.service && row.digest === one.to.digest));
}
