import canonicalize from "canonicalize";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";
import { shortDigest } from "@/lib/pipeline/release/digest";

/** What a person must know when a plan is not the one that was approved any more: one sentence a change. */
export function comparePlans(before: Plan, after: Plan): string[] {
  const changes: string[] = [];
  if (before.policyVersion !== after.policyVersion) {
    changes.push(`the project file is version ${after.policyVersion}, was ${before.policyVersion}`);
  }
  if (before.severity !== after.severity) {
    changes.push(`its severity is ${after.severity ?? "not said"}, was ${before.severity ?? "not said"}`);
  }
  for (const now of after.services) {
    const was = before.services.find((one) => one.service === now.service);
    if (!was) {
      changes.push(`${now.service} moves too`);
      continue;
    }
    if (was.to.digest !== now.to.digest) {
      changes.push(`${now.service} goes to ${shortDigest(now.to.digest)}, was ${shortDigest(was.to.digest)}`);
    }
    if (was.from?.digest !== now.from?.digest) {
      changes.push(`${now.service} runs ${told(now.from)} now, ran ${told(was.from)}`);
    }
    if (was.rollback?.digest !== now.rollback?.digest) {
      changes.push(`${now.service} would go back to ${told(now.rollback)}, was ${told(was.rollback)}`);
    } else if (was.rollback?.verified !== now.rollback?.verified) {
      const by = now.rollback?.verified ? "is verified by now" : "is not verified any more";
      changes.push(`${told(now.rollback)}, to which ${now.service} would go back, ${by}`);
    }
    changes.push(...compareWays(was, now));
  }
  for (const was of before.services) {
    if (!after.services.some((one) => one.service === was.service))
      changes.push(`${was.service} does not move any more`);
  }
  const order = (plan: Plan) => plan.services.map((one) => one.service).join(", ");
  if (order(before) !== order(after) && before.services.length === after.services.length) {
    changes.push(`the order is ${order(after)}, was ${order(before)}`);
  }
  const parts = ["gates", "verification", "onFailure", "queue", "tags"] as const;
  for (const part of parts) {
    if (canonicalize(before[part]) !== canonicalize(after[part])) changes.push(`${part} changed`);
  }
  return changes.length > 0 || canonicalize(before) === canonicalize(after) ? changes : ["another part of it changed"];
}

/** How a service gets there: where it is pulled from, where it runs, how it replaces what runs. */
function compareWays(was: PlannedService, now: PlannedService): string[] {
  const changes: string[] = [];
  if (was.image !== now.image) changes.push(`${now.service} is pulled from ${now.image}, was ${was.image}`);
  if (canonicalize(was.target) !== canonicalize(now.target)) changes.push(`${now.service} has another target`);
  if (canonicalize(was.strategy) !== canonicalize(now.strategy)) changes.push(`${now.service} has another strategy`);
  return changes;
}

function told(one: { digest: string } | null | undefined): string {
  return one ? shortDigest(one.digest) : "nothing";
}
