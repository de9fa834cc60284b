import canonicalize from "canonicalize";
import type { Plan } from "@/lib/pipeline/plan/plan";
import { shortDigest } from "@/lib/pipeline/release/digest";

/** What a person must know when a plan is not the one that was approved any more: one sentence a change. */
export function comparePlans(before: Plan, after: Plan): string[] {
  const changes: string[] = [];
  if (before.policyVersion !== after.policyVersion) {
    changes.push(`the project file is version ${after.policyVersion}, was ${before.policyVersion}`);
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
    }
  }
  for (const was of before.services) {
    if (!after.services.some((one) => one.service === was.service))
      changes.push(`${was.service} does not move any more`);
  }
  const parts = ["gates", "verification", "onFailure", "queue", "tags"] as const;
  for (const part of parts) {
    if (canonicalize(before[part]) !== canonicalize(after[part])) changes.push(`${part} changed`);
  }
  return changes.length > 0 || canonicalize(before) === canonicalize(after)
    ? changes
    : ["a target or a strategy changed"];
}

function told(one: { digest: string } | null | undefined): string {
  return one ? shortDigest(one.digest) : "nothing";
}
