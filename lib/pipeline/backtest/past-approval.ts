import type { PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import { evaluateApproval, saysItCounted } from "@/lib/pipeline/gates/approval";
import { type ApprovalConfig, groupsOf } from "@/lib/pipeline/gates/approval-config";
import type { Standing, Verdict } from "@/lib/pipeline/gates/gate";
import type { Approval } from "@/lib/pipeline/promotion/state";

type ApprovalGate = ApprovalConfig & { kind: "approval" };

/**
 * What an approval gate would have said of the approvals that were given. Nobody kept who was in which group then, so it
 * is asked twice: with everybody in every group, which bounds what could have passed, and with what the verdicts of then
 * prove. Where the two differ it is unknown.
 */
export function pastApproval(gate: ApprovalGate, past: PastPromotion): Verdict {
  const most = judge(gate, past, (one) => inAll(gate, one));
  if (most.status !== "pass") return most;
  const least = judge(gate, past, (one) => proven(gate, past, one));
  if (least.status === "pass") return least;
  const summary = "who was in these groups then is not recorded";
  return { ...least, status: "unknown", summary };
}

function judge(gate: ApprovalGate, past: PastPromotion, standingOf: (one: Approval) => Standing): Verdict {
  const { plan, planHash, requestedBy, requestedAt, approvals: given, startedAt: now } = past;
  const approvals = { planHash, requestedBy, requestedAt, given, standings: given.map(standingOf) };
  return evaluateApproval(gate, { plan, evidence: { approvals }, now });
}

function inAll(gate: ApprovalGate, { person }: Approval): Standing {
  return { person, email: "", groups: gate.from, mayApprove: true };
}

/** Whoever counted for a list of people then is one of that list: so they count for every list that holds all of it. */
function proven(gate: ApprovalGate, { plan, verdicts }: PastPromotion, approval: Approval): Standing {
  const groups = groupsOf(gate);
  const known = plan.gates.flatMap((before, index) => {
    const verdict = verdicts[index];
    if (before.kind !== "approval" || !verdict || !saysItCounted(verdict, approval)) return [];
    // An entry stands for the person only where each list that names it holds the whole list they were one of.
    return before.from.filter((entry) =>
      groups.every(({ from }) => !from.includes(entry) || before.from.every((one) => from.includes(one))),
    );
  });
  return { person: approval.person, email: "", groups: known, mayApprove: known.length > 0 };
}
