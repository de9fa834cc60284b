import { allSent } from "@/lib/db/all-sent";
import type { Queryable } from "@/lib/db/sql";
import { loadApprovals, loadChecklists } from "@/lib/facts/evidence/approvals";
import type { Asked, LoadEvidence } from "@/lib/facts/evidence/asked";
import { loadBlocks } from "@/lib/facts/evidence/blocks";
import { loadChecks } from "@/lib/facts/evidence/checks";
import { loadErrorBudgets } from "@/lib/facts/evidence/error-budgets";
import { loadHolds } from "@/lib/facts/evidence/holds";
import { loadImages } from "@/lib/facts/evidence/images";
import { loadPins } from "@/lib/facts/evidence/pins";
import { loadRequest } from "@/lib/facts/evidence/request";
import { loadScans } from "@/lib/facts/evidence/scans";
import { loadSignatures } from "@/lib/facts/evidence/signatures";
import { loadSuccesses } from "@/lib/facts/evidence/successes";
import { loadWebhooks } from "@/lib/facts/evidence/webhooks";
import type { GateEvidence } from "@/lib/pipeline/gates/gate";
import type { PlannedGateKind } from "@/lib/pipeline/gates/planned-gate";

/** Which gates ask for a kind of evidence, and how it is read: the compiler lists the kind that is missing here. */
const sources: { [Field in keyof Required<GateEvidence>]: { gates: PlannedGateKind[]; load: LoadEvidence<Field> } } = {
  holds: { gates: ["hold"], load: loadHolds },
  blocks: { gates: ["block"], load: loadBlocks },
  pins: { gates: ["pin"], load: loadPins },
  successes: { gates: ["upstream", "soak"], load: loadSuccesses },
  request: { gates: ["freeze"], load: loadRequest },
  errorBudgets: { gates: ["errorBudget"], load: loadErrorBudgets },
  approvals: { gates: ["approval"], load: loadApprovals },
  checklists: { gates: ["checklist"], load: loadChecklists },
  images: { gates: ["image"], load: loadImages },
  webhooks: { gates: ["webhook"], load: loadWebhooks },
  checks: { gates: ["tests"], load: loadChecks },
  scans: { gates: ["vulnerabilities"], load: loadScans },
  signatures: { gates: ["signature"], load: loadSignatures },
};

/**
 * The facts that the plans' gates judge, in the order of `asked`, read at this moment: what no gate of a plan asks for is
 * not read, and what is read takes the same number of queries for one plan and for thousands. `db` may be a transaction.
 */
export async function loadGateEvidence(db: Queryable, asked: readonly Asked[], now: string): Promise<GateEvidence[]> {
  const kindsOf = new Map(asked.map((one) => [one, new Set(one.plan.gates.map((gate) => gate.kind))]));
  const wants = (one: Asked, gates: readonly PlannedGateKind[]) => gates.some((gate) => kindsOf.get(one)?.has(gate));
  const fields = Object.keys(sources) as (keyof GateEvidence)[];
  const found = await allSent(
    fields.map(async (field) => {
      const { gates, load } = sources[field];
      const wanting = asked.filter((one) => wants(one, gates));
      if (wanting.length === 0) return () => ({});
      const answer = await load(db, wanting, now);
      return (one: Asked): GateEvidence => (wants(one, gates) ? { [field]: answer(one) } : {});
    }),
  );
  return asked.map((one) => Object.assign({}, ...found.map((answer) => answer(one))) as GateEvidence);
}
