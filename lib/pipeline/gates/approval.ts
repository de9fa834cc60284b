import { personBehind } from "@/lib/pipeline/actor";
import { type ApprovalConfig, type ApprovalGroup, groupsOf } from "@/lib/pipeline/gates/approval-config";
import { assignToGroups } from "@/lib/pipeline/gates/assign-to-groups";
import type { GateEvidence, GateInput, Standing, Verdict } from "@/lib/pipeline/gates/gate";
import { stepUpProblem } from "@/lib/pipeline/gates/step-up";
import { formatDuration } from "@/lib/pipeline/policy/duration";
import { sameAddress } from "@/lib/pipeline/policy/same-address";
import type { Approval } from "@/lib/pipeline/promotion/state";

type Asks = Pick<ApprovalConfig, "count" | "from" | "groups" | "stepUpMs">;
type Facts = NonNullable<GateEvidence["approvals"]>;

/**
 * In each group so many different people, none of them the one who asked, each with the right to approve at this moment,
 * each for exactly this plan, freshly signed in where the gate asks for that. One person counts for one group. What
 * somebody approved with another hash, or may not approve any more, does not count.
 */
export function evaluateApproval(config: ApprovalConfig & { kind: "approval" }, input: GateInput): Verdict {
  const base = { gate: "approval", demand: approvalDemand(config) };
  const facts = input.evidence.approvals;
  if (!facts) return { ...base, status: "unknown", summary: "it is not known who approved", evidence: [] };
  const groups = groupsOf(config);
  const valid = countedApprovals(config, facts);
  const fits = groupsFor(groups, valid, facts);
  const counted = assignToGroups(
    groups.map((group) => group.count),
    fits,
  );
  const given = counted.flat().length;
  const evidence = [
    { name: "approvals", value: String(given), threshold: String(config.count) },
    ...(config.groups ?? []).map((group, index) => ({
      name: group.from.join(", "),
      value: String(counted[index]?.length ?? 0),
      threshold: String(group.count),
    })),
    ...valid.map(approvedBy),
  ];
  if (given >= config.count) {
    return { ...base, status: "pass", summary: `approved by ${valid.map((one) => one.by.name).join(", ")}`, evidence };
  }
  const open = openGroups(groups, fits).flatMap((index) => groups[index] ?? []);
  const missing = groups.map((group, index) => group.count - (counted[index]?.length ?? 0));
  const more = groups.flatMap((group, index) =>
    (missing[index] ?? 0) > 0 ? [`${missing[index]} more of ${group.from.join(", ")}`] : [],
  );
  return {
    ...base,
    status: "wait",
    summary: `${given} of ${config.count} given for this plan`,
    evidence,
    whoCanAct: `${more.join(" and ")}, not the one who asked`,
    askedOf: [...new Set(open.flatMap((group) => group.from))],
  };
}

function approvedBy({ by, at }: { by: { name: string }; at: string }): Verdict["evidence"][number] {
  return { name: "approved by", value: `${by.name}, ${at}` };
}

/** Whether a verdict that was kept says that this approval counted. */
export function saysItCounted(
  { evidence }: Pick<Verdict, "evidence">,
  approval: { by: { name: string }; at: string },
): boolean {
  const told = approvedBy(approval);
  return evidence.some((one) => one.name === told.name && one.value === told.value);
}

/** `2 of approvers`, or `1 of security and 1 of approvers`; with how recently they must have signed in. */
export function approvalDemand(config: Asks): string {
  const parts = groupsOf(config).map((group) => `${group.count} of ${group.from.join(", ")}`);
  const fresh = config.stepUpMs === undefined ? "" : `, signed in within ${formatDuration(config.stepUpMs)}`;
  return `${parts.join(" and ")}${fresh}`;
}

/** The groups for which one more person would count; another member of such a group may move to make room. */
function openGroups(groups: ApprovalGroup[], fits: number[][]): number[] {
  const places = groups.map((group) => group.count);
  const filled = (people: number[][]) => assignToGroups(places, people).flat().length;
  const before = filled(fits);
  return [...groups.keys()].filter((group) => filled([...fits, [group]]) > before);
}

/** The approvals that count now, one a person, whichever group they are for. */
export function countedApprovals(config: Pick<Asks, "from" | "stepUpMs">, facts: Facts): Approval[] {
  const requester = personBehind(facts.requestedBy);
  const seen = new Set<string>();
  return facts.given.filter((approval) => {
    const standing = facts.standings.find((one) => one.person === approval.person);
    const proof = { by: approval.by, authenticatedAt: approval.authenticatedAt ?? null };
    const counts =
      approval.planHash === facts.planHash &&
      approval.person !== requester &&
      !seen.has(approval.person) &&
      standing?.mayApprove === true &&
      isAmong(config.from, standing) &&
      stepUpProblem(proof, approval.at, config.stepUpMs) === undefined;
    if (counts) seen.add(approval.person);
    return counts;
  });
}

/** The groups that each approval may count for, by their index. */
function groupsFor(groups: ApprovalGroup[], valid: Approval[], facts: Facts): number[][] {
  return valid.map(({ person }) => {
    const standing = facts.standings.find((one) => one.person === person);
    return groups.flatMap((group, index) => (standing && isAmong(group.from, standing) ? [index] : []));
  });
}

/** True where the person is named, or is in a group that is named. */
export function isAmong(from: string[], standing: Pick<Standing, "email" | "groups">): boolean {
  // Some sign-ins let a person write their own address: "approvers" as an address is not the group of that name.
  const isNamed = (one: string) => one.includes("@") && sameAddress(one, standing.email);
  return from.some((one) => standing.groups.includes(one) || isNamed(one));
}
