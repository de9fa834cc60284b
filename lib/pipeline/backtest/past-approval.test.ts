import { describe, expect, it } from "vitest";
import { pastApproval } from "@/lib/pipeline/backtest/past-approval";
import { aPast, rita, startedAt } from "@/lib/pipeline/backtest/testing/past";
import { evaluateApproval } from "@/lib/pipeline/gates/approval";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import type { Approval } from "@/lib/pipeline/promotion/state";

type Gate = PlannedGate & { kind: "approval" };
const gate = (count: number, from: string[], extra: Partial<Gate> = {}): Gate => ({
  ...{ kind: "approval", count, from, expiresAfterMs: 3_600_000 },
  ...extra,
});
const by = (name: string, extra: Partial<Approval> = {}): Approval => ({
  ...{ by: { kind: "person", id: `idp#${name}`, name }, person: `idp#${name}`, decision: "approved", reason: null },
  ...{ planHash: "a".repeat(64), at: "2026-03-06T09:30:00.000Z" },
  ...extra,
});

/** A promotion that these people approved, each in these groups, under this gate. */
function approvedUnder(before: Gate, approvals: Approval[], groups: string[] = before.from) {
  const past = aPast({ approvals }, [before]);
  const standings = approvals.map(({ person }) => ({ person, email: "", groups, mayApprove: true }));
  const { planHash, requestedBy, requestedAt, plan } = past;
  const evidence = { approvals: { planHash, requestedBy, requestedAt, given: approvals, standings } };
  return { ...past, verdicts: [evaluateApproval(before, { plan, evidence, now: startedAt })] };
}

describe("an approval gate that is another one now", () => {
  it.each<[string, Gate, Gate, Approval[], string]>([
    ["the same people, less often", gate(2, ["ops"]), gate(1, ["ops"]), [by("arjun"), by("noor")], "pass"],
    ["more people than said yes", gate(1, ["ops"]), gate(2, ["ops"]), [by("arjun")], "wait"],
    ["a longer list of who may", gate(1, ["ops"]), gate(1, ["security", "ops"]), [by("arjun")], "pass"],
    ["other people", gate(1, ["ops"]), gate(1, ["security"]), [by("arjun")], "unknown"],
    ["a shorter list of who may", gate(1, ["ops", "security"]), gate(1, ["ops"]), [by("arjun")], "unknown"],
    ["nobody was asked then", gate(1, ["ops"]), gate(1, ["ops"]), [], "wait"],
    [
      "a recent sign-in that nobody proved",
      gate(1, ["ops"]),
      gate(1, ["ops"], { stepUpMs: 60_000 }),
      [by("arjun")],
      "wait",
    ],
    [
      "who asked does not count",
      gate(1, ["ops"]),
      gate(1, ["ops"], { expiresAfterMs: 1 }),
      [by("Rita", { person: rita.id })],
      "wait",
    ],
    ["yes to another plan", gate(1, ["ops"]), gate(1, ["ops"]), [by("arjun", { planHash: "b".repeat(64) })], "wait"],
  ])("%s", (_, before, after, approvals, status) => {
    expect(pastApproval(after, approvedUnder(before, approvals)).status).toBe(status);
  });

  it("asks two groups: whoever was one of a list counts for one that holds all of it, and for no part of it", () => {
    const two = gate(2, ["ops", "security"], {
      groups: [
        { count: 1, from: ["ops"] },
        { count: 1, from: ["security"] },
      ],
    });
    const approvals = [by("arjun"), by("noor")];
    expect(pastApproval(two, approvedUnder(gate(2, ["ops", "security"]), approvals)).status).toBe("unknown");
    expect(pastApproval(two, approvedUnder(gate(2, ["ops"]), approvals)).status).toBe("unknown");
    expect(pastApproval(two, approvedUnder(gate(1, ["ops"]), [by("arjun")])).status).toBe("wait");
  });

  it("believes no yes that did not count then", () => {
    const past = approvedUnder(gate(1, ["ops"]), [by("arjun")], ["others"]);
    expect(pastApproval(gate(1, ["ops", "others"]), past).status).toBe("unknown");
  });
});
