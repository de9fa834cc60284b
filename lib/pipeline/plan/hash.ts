import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Plan } from "@/lib/pipeline/plan/plan";

/**
 * SHA-256 (hex) over the plan's RFC 8785 JSON: two plans with the same hash do the same. What the running and the
 * rollback digest are called is left out: a name that becomes known later must not void an approval.
 */
export function hashPlan(plan: Plan): string {
  const services = plan.services.map(({ from, rollback, ...rest }) => ({
    ...rest,
    from: from && { digest: from.digest },
    rollback: rollback && { digest: rollback.digest, verified: rollback.verified },
  }));
  return createHash("sha256")
    .update(canonicalize({ ...plan, services }) ?? "")
    .digest("hex");
}
