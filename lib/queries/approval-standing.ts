import { can } from "@/lib/auth/permissions";
import { actorOf, authenticatedAt, type Principal, personOf } from "@/lib/auth/principal";
import { type Actor, personBehind } from "@/lib/pipeline/actor";
import { isAmong, saysItCounted } from "@/lib/pipeline/gates/approval";
import { isOpen, type Verdict } from "@/lib/pipeline/gates/gate";
import { type PlannedGate, strictestStepUp } from "@/lib/pipeline/gates/planned-gate";
import { stepUpProblem } from "@/lib/pipeline/gates/step-up";
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
 * Where somebody stands to an approval: `asked` waits for their yes, `stale` for that after they signed in again; the
 * others say why it does not. `given`: enough have signed already. `over`: nothing is decided any more.
 */
export type SigningStanding = "asked" | "stale" | "requester" | "signed" | "given" | "notAmong" | "mayNot" | "over";

/** Whether a promotion waits for the yes of this person, and if not, why; the command decides by the same rules. */
export function signingStanding(principal: Principal, asked: AskedFor, now: string): SigningStanding {
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
  const isAsked = open.some(({ gate, index }) => isAmong(asked.verdicts[index]?.askedOf ?? gate.from, person));
  if (!isAsked) return "notAmong";
  const proof = { by: actorOf(principal), authenticatedAt: authenticatedAt(principal) };
  return stepUpProblem(proof, now, strictestStepUp(asked)) === undefined ? "asked" : "stale";
}

/** Whether it is this person whose yes is waited for, be it after another sign-in. */
export function waitsForThem(standing: SigningStanding): boolean {
  return standing === "asked" || standing === "stale";
}

/**
 * Whether a signature of the plan that these verdicts are about still counts, by the last evaluation: it does not where
 * whoever gave it lost the right since, or their access was revoked. One that is younger than that is taken as it is.
 */
export function stillCounts(verdicts: readonly Verdict[], signature: { by: { name: string }; at: string }): boolean {
  const judged = verdicts.filter((one) => one.gate === "approval" && one.evaluatedAt !== undefined);
  if (judged.length === 0) return true;
  return judged.some((one) => (one.evaluatedAt ?? "") <= signature.at || saysItCounted(one, signature));
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
