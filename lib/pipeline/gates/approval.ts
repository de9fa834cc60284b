import { personBehind } from "@/lib/pipeline/actor";
import type { ApprovalConfig } from "@/lib/pipeline/gates/approval-config";
import type { GateEvidence, GateInput, Standing, Verdict } from "@/lib/pipeline/gates/gate";
import { sameAddress } from "@/lib/pipeline/policy/same-address";
import type { Approval } from "@/lib/pipeline/promotion/state";

/**
 * `count` different people of `from`, none of them the one who asked, each with the right to approve at this moment,
 * each for exactly this plan. What somebody approved with another hash, or may not approve any more, does not count.
 */
export function evaluateApproval(config: ApprovalConfig & { kind: "approval" }, input: GateInput): Verdict {
  const base = { gate: "approval", demand: `${config.count} of ${config.from.join(", ")}` };
  const facts = input.evidence.approvals;
  if (!facts) return { ...base, status: "unknown", summary: "it is not known who approved", evidence: [] };
  const counted = countedApprovals(config, facts);
  const evidence = [
    { name: "approvals", value: String(counted.length), threshold: String(config.count) },
    ...counted.map((one) => ({ name: "approved by", value: `${one.by.name}, ${one.at}` })),
  ];
  if (counted.length >= config.count) {
    return {
      ...base,
      status: "pass",
      summary: `approved by ${counted.map((one) => one.by.name).join(", ")}`,
      evidence,
    };
  }
  const missing = config.count - counted.length;
  return {
    ...base,
    status: "wait",
    summary: `${counted.length} of ${config.count} given for this plan`,
    evidence,
    whoCanAct: `${missing} more of ${config.from.join(", ")}, not the one who asked`,
  };
}

/** The approvals that count now, one a person. */
export function countedApprovals(
  config: Pick<ApprovalConfig, "from">,
  facts: NonNullable<GateEvidence["approvals"]>,
): Approval[] {
  const requester = personBehind(facts.requestedBy);
  const seen = new Set<string>();
  return facts.given.filter((approval) => {
    const standing = facts.standings.find((one) => one.person === approval.person);
    const counts =
      approval.planHash === facts.planHash &&
      approval.person !== requester &&
      !seen.has(approval.person) &&
      standing?.mayApprove === true &&
      isAmong(config.from, standing);
    if (counts) seen.add(approval.person);
    return counts;
  });
}

/** True where the person is named, or is in a group that is named. */
export function isAmong(from: string[], standing: Pick<Standing, "email" | "groups">): boolean {
  // Some sign-ins let a person write their own address: "approvers" as an address is not the group of that name.
  const isNamed = (one: string) => one.includes("@") && sameAddress(one, standing.email);
  return from.some((one) => standing.groups.includes(one) || isNamed(one));
}
