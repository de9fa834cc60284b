import type { LoadEvidence } from "@/lib/facts/evidence/asked";

/** Who asks and why: known from the request itself. */
export const loadRequest: LoadEvidence<"request"> = async () => {
  return ({ signed }) => ({ by: signed.requestedBy, reason: signed.reason ?? null });
};
