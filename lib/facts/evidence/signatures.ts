import { createHash } from "node:crypto";
import type { Asked } from "@/lib/facts/evidence/asked";
import { outsideLoader } from "@/lib/facts/evidence/outside";
import type { SignatureFact } from "@/lib/pipeline/gates/gate";
import { type SignatureConfig, signatureDemandName } from "@/lib/pipeline/gates/signature-config";
import type { Plan, PlannedService } from "@/lib/pipeline/plan/plan";

/** The kind of what the verification of signatures answered. */
export const signatureKind = "signature";

/** The question's name: the digest first, so that everything about a digest is found by it. */
export function signatureKey(config: SignatureConfig, { connection, repository, to }: PlannedService): string {
  const demand = createHash("sha256").update(signatureDemandName(config)).digest("hex");
  return `${to.digest} ${connection}/${repository} ${demand}`;
}

/** Every question of a plan: each signature gate for each service. */
export function signatureQuestions(plan: Plan): { config: SignatureConfig; planned: PlannedService; key: string }[] {
  return plan.gates.flatMap((gate) => {
    if (gate.kind !== "signature") return [];
    return plan.services.map((planned) => ({ config: gate, planned, key: signatureKey(gate, planned) }));
  });
}

/** Who was found to have signed the digests that the plans bring, by the gates that ask. */
export const loadSignatures = outsideLoader<"signatures">(
  signatureKind,
  ({ plan }: Asked) => signatureQuestions(plan).map((one) => one.key),
  (facts, { plan }) =>
    signatureQuestions(plan).map(({ config, planned, key }) => {
      // Only the collector of this kind writes these.
      const fact = facts.get(key) as SignatureFact | undefined;
      const { service, to } = planned;
      return { demand: signatureDemandName(config), service, digest: to.digest, ...(fact ? { fact } : {}) };
    }),
);
