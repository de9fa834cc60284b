import { can } from "@/lib/auth/permissions";
import { type Principal, personOf } from "@/lib/auth/principal";
import { type Actor, personBehind } from "@/lib/pipeline/actor";
import { isAmong } from "@/lib/pipeline/gates/approval";
import { isOpen, type Verdict } from "@/lib/pipeline/gates/gate";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import type { Approval } from "@/lib/pipeline/promotion/state";

/** What of a promotion decides who is asked to sign it. */
export interface AskedFor {
  project: string;
  environment: string;
  phase: string;
  planHash: string;
  requestedBy: Actor;
  approvals: Approval[];
  gates: PlannedGate[];
  /** In the order of `gates`, from the last evaluation. */
  verdicts: Verdict[];
}

/**
 * Where somebody stands to an approval: `asked` waits for their yes; the others say why it does not. `given`: enough
 * have signed already. `over`: nothing is decided any more.
 */
export type SigningStanding = "asked" | "requester" | "signed" | "given" | "notAmong" | "mayNot" | "over";

/** Whether a promotion waits for the yes of this person, and if not, why; the command decides by the same rules. */
export function signingStanding(principal: Principal, asked: AskedFor): SigningStanding {
  const gates = asked.gates.flatMap((gate, index) =>
    gate.kind === "approval" && !gate.shadow ? [{ gate, index }] : [],
  );
  if (gates.length === 0 || (asked.phase !== "waiting" && asked.phase !== "queued")) return "over";
  const person = personOf(principal);
  if (asked.approvals.some((one) => one.person === person.id && one.planHash === asked.planHash)) return "signed";
  const open = gates.filter(({ index }) => !isGiven(asked.verdicts[index]));
  if (open.length === 0) return "given";
  if (personBehind(asked.requestedBy) === person.id) return "requester";
  const { project, environment } = asked;
  if (!can(principal, "approve", { project, environment })) return "mayNot";
  return open.some(({ gate }) => isAmong(gate.from, person)) ? "asked" : "notAmong";
}

function isGiven(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && isOpen(verdict);
}

/** How many signatures the plan asks for, and how many of them count by the last evaluation. */
export function signatureCount({ gates, verdicts }: Pick<AskedFor, "gates" | "verdicts">): {
  given: number;
  needed: number;
} {
  let given = 0;
  let needed = 0;
  gates.forEach((gate, index) => {
    if (gate.kind !== "approval" || gate.shadow) return;
    needed += gate.count;
    const told = verdicts[index]?.evidence.find((one) => one.name === "approvals")?.value;
    given += Math.min(gate.count, Number(told) || 0);
  });
  return { given, needed };
}
