import type { SeenTarget } from "@/lib/pipeline/rollout/judge-observation";

export type HealthWord = "healthy" | "degraded" | "failing" | "unknown" | "nothing";

/** How a target does at this moment, by its pods alone, with the reason where it is not healthy. */
export function judgeHealth(seen: SeenTarget): { health: HealthWord; reason: string | null } {
  if (!seen.exists) return { health: "nothing", reason: "the workload does not exist" };
  if (seen.desired === 0) return { health: "nothing", reason: "scaled to none" };
  const ready = seen.pods.filter((pod) => pod.ready).length;
  const told = seen.failure ? `${seen.failure.reason}${seen.failure.message ? `: ${seen.failure.message}` : ""}` : null;
  if (ready === 0) return { health: "failing", reason: told ?? `0 of ${seen.desired} ready` };
  if (ready < seen.desired || seen.failure)
    return { health: "degraded", reason: told ?? `${ready} of ${seen.desired} ready` };
  return { health: "healthy", reason: null };
}
