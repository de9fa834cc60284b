import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import type { TargetRefPlan } from "@/lib/pipeline/plan/target-plan";
import type { Severity } from "@/lib/pipeline/policy/severity";
import type { Strategy } from "@/lib/pipeline/policy/strategy";
import type { VerificationPolicy } from "@/lib/pipeline/policy/verification";
import type { Digest } from "@/lib/pipeline/release/digest";

/** Where a rollback would go: the last digest verified there, or what ran before where none ever was. */
export interface RollbackTarget {
  digest: Digest;
  version: string | null;
  release: string | null;
  verified: boolean;
}

export interface PlannedService {
  service: string;
  connection: string;
  repository: string;
  /** `host/repository`: what the target is told to pull, with the digest behind it. */
  image: string;
  target: TargetRefPlan;
  from: { digest: Digest; version: string | null } | null;
  to: { digest: Digest; version: string; platforms: Digest[]; revision: string | null };
  rollback: RollbackTarget | null;
  strategy: Strategy;
}

/**
 * Exactly what a promotion will do. Nothing in it depends on the clock, so that two plans with the same hash do the
 * same; whatever a person should have agreed to is in here.
 */
export interface Plan {
  v: 1;
  kind: "promote" | "rollback";
  project: string;
  environment: string;
  release: string;
  version: string;
  /** How urgent it is, as whoever asks says; absent where nobody said. It may open a freeze. */
  severity?: Severity;
  policyVersion: number;
  /** In the order in which they are rolled out. */
  services: PlannedService[];
  gates: PlannedGate[];
  verification: VerificationPolicy;
  onFailure: "rollBack" | "hold";
  queue: "fifo" | "newest";
  tags: { service: string; tag: string }[];
}
