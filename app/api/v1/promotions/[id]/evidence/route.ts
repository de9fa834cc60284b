import { readEvidenceOperation } from "@/lib/api/contract/evidence";
import { answer, handle } from "@/lib/api/handle";
import { getPool } from "@/lib/db/pool";
import { loadFailureEvidence } from "@/lib/queries/failure-evidence";

export const dynamic = "force-dynamic";

export const GET = handle(readEvidenceOperation, async ({ principal, params }) =>
  answer(200, { items: await loadFailureEvidence(getPool(), principal, params.id) }),
);
