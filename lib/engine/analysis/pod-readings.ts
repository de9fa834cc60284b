import type { PodReading } from "@/lib/pipeline/verification/judge-trigger";
import type { TargetObservation } from "@/lib/ports/deploy-target";

/** The pods of the newest revision, as triggers judge them: those that are on their way out count for nothing. */
export function podReadings({ pods }: Pick<TargetObservation, "pods">): PodReading[] {
  return pods
    .filter((pod) => pod.current)
    .map(({ name, phase, ready, restarts, startedAt }) => ({
      name,
      running: phase === "Running",
      ready,
      restarts,
      startedAt,
    }));
}
