import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Plan } from "@/lib/pipeline/plan/plan";

/** SHA-256 (hex) over the plan's RFC 8785 JSON: two plans with the same hash do the same. */
export function hashPlan(plan: Plan): string {
  return createHash("sha256").update(canonicalize(plan) ?? "").digest("hex");
}
