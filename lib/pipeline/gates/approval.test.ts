import { describe, expect, it } from "vitest";
import type { Actor } from "@/lib/pipeline/actor";
import { countedApprovals, evaluateApproval, isAmong } from "@/lib/pipeline/gates/approval";
import type { GateEvidence, Standing } from "@/lib/pipeline/gates/gate";
import type { Approval } from "@/lib/pipeline/promotion/state";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";

const hash = "a".repeat(64);
const now = "2026-03-01T10:00:00.000Z";
const config = { kind: "approval" as const, count: 2, from: ["approvers", "Boss@Example.com"], expiresAfterMs: 1_000 };
const rita: Actor = { kind: "person", id: "idp#rita", name: "Rita" };

const yes = (person: string, extra: Partial<Approval> = {}): Approval => ({
  by: { kind: "person", id: `idp#${person}`, name: person },
  person: `idp#${person}`,
  decision: "approved",
  planHash: hash,
  reason: null,
  at: now,
  ...extra,
});
const standing = (person: string, extra: Partial<Standing> = {}): Standing => ({
  person: `idp#${person}`,
  email: `${person}@example.com`,
  groups: ["approvers"],
  mayApprove: true,
  ...extra,
});

function judge(given: Approval[], standings: Standing[], requestedBy: Actor = rita, count = 2) {
  const approvals: GateEvidence["approvals"] = { planHash: hash, requestedBy, requestedAt: now, given, standings };
  return evaluateApproval({ ...config, count }, { plan: aPlan(), evidence: { approvals }, now });
}

describe("an approval", () => {
  it("opens with the asked number of different people", () => {
    const verdict = judge([yes("arjun"), yes("ada")], [standing("arjun"), standing("ada")]);
    expect(verdict).toMatchObject({ status: "pass", summary: "approved by arjun, ada" });
  });

  it("waits while one is missing, and says who can act", () => {
    const verdict = judge([yes("arjun")], [standing("arjun")]);
    expect(verdict).toMatchObject({ status: "wait", summary: "1 of 2 given for this plan" });
    expect(verdict.whoCanAct).toContain("1 more of approvers, Boss@Example.com");
  });

  it("is unknown where nobody looked who approved", () => {
    expect(evaluateApproval(config, { plan: aPlan(), evidence: {}, now }).status).toBe("unknown");
  });

  const refused: [string, Approval[], Standing[]][] = [
    ["the same person twice", [yes("arjun"), yes("arjun")], [standing("arjun")]],
    [
      "the same person, once by a token of theirs",
      [yes("arjun"), yes("arjun", { by: { kind: "token", id: "t1", name: "ci", owner: "idp#arjun" } })],
      [standing("arjun")],
    ],
    ["the one who asked", [yes("arjun"), yes("rita")], [standing("arjun"), standing("rita")]],
    [
      "another plan's hash",
      [yes("arjun"), yes("ada", { planHash: "b".repeat(64) })],
      [standing("arjun"), standing("ada")],
    ],
    ["a right that was lost", [yes("arjun"), yes("ada")], [standing("arjun"), standing("ada", { mayApprove: false })]],
    ["a group that was left", [yes("arjun"), yes("ada")], [standing("arjun"), standing("ada", { groups: ["staff"] })]],
    ["somebody nobody knows any more", [yes("arjun"), yes("ada")], [standing("arjun")]],
  ];
  it.each(refused)("does not count %s", (_, given, standings) => {
    expect(judge(given, standings)).toMatchObject({ status: "wait", summary: "1 of 2 given for this plan" });
  });

  it("does not count the owner of the token that asked", () => {
    const token: Actor = { kind: "token", id: "t1", name: "ci", owner: "idp#rita" };
    expect(judge([yes("rita")], [standing("rita")], token, 1).status).toBe("wait");
  });

  it("counts one of a person's two yeses where the first was for another plan", () => {
    const given = [yes("arjun", { planHash: "b".repeat(64) }), yes("arjun")];
    expect(judge(given, [standing("arjun")], rita, 1).status).toBe("pass");
  });

  it("counts nothing twice when asked for the list itself", () => {
    const facts = { planHash: hash, requestedBy: rita, requestedAt: now };
    const given = [yes("arjun"), yes("arjun"), yes("ada")];
    const counted = countedApprovals(config, { ...facts, given, standings: [standing("arjun"), standing("ada")] });
    expect(counted.map((one) => one.person)).toEqual(["idp#arjun", "idp#ada"]);
  });
});

describe("groups that each need their own people", () => {
  const groups = [
    { from: ["approvers"], count: 1 },
    { from: ["security"], count: 1 },
  ];
  const grouped = { ...config, count: 2, from: ["approvers", "security"], groups };
  const judgeGroups = (given: Approval[], standings: Standing[]) => {
    const approvals: GateEvidence["approvals"] = {
      planHash: hash,
      requestedBy: rita,
      requestedAt: now,
      given,
      standings,
    };
    return evaluateApproval(grouped, { plan: aPlan(), evidence: { approvals }, now });
  };
  const both = { groups: ["approvers", "security"] };

  it("open when each has its number", () => {
    const verdict = judgeGroups(
      [yes("arjun"), yes("sam")],
      [standing("arjun"), standing("sam", { groups: ["security"] })],
    );
    expect(verdict).toMatchObject({
      status: "pass",
      demand: "1 of approvers and 1 of security",
      evidence: [
        { name: "approvals", value: "2" },
        { name: "approvers", value: "1", threshold: "1" },
        { name: "security", value: "1", threshold: "1" },
        { value: expect.stringContaining("arjun") },
        { value: expect.stringContaining("sam") },
      ],
    });
  });

  it("wait while one has too many and another none, and ask only the other", () => {
    expect(judgeGroups([yes("arjun"), yes("ada")], [standing("arjun"), standing("ada")])).toMatchObject({
      status: "wait",
      summary: "1 of 2 given for this plan",
      whoCanAct: "1 more of security, not the one who asked",
      askedOf: ["security"],
    });
  });

  it("count nobody twice, though they are in both", () => {
    expect(judgeGroups([yes("ada")], [standing("ada", both)])).toMatchObject({
      status: "wait",
      askedOf: ["approvers", "security"],
    });
  });

  it.each([[["ada", "sam"]], [["sam", "ada"]]])(
    "find who stands for what, in whatever order they signed: %j",
    (order) => {
      const standings = [standing("ada", both), standing("sam", { groups: ["approvers"] })];
      expect(
        judgeGroups(
          order.map((one) => yes(one)),
          standings,
        ).status,
      ).toBe("pass");
    },
  );
});

describe("a gate that asks for a recent sign-in", () => {
  const fresh = { ...config, count: 1, stepUpMs: 300_000 };
  const judgeFresh = (approval: Approval) => {
    const approvals: GateEvidence["approvals"] = {
      ...{ planHash: hash, requestedBy: rita, requestedAt: now },
      ...{ given: [approval], standings: [standing("arjun")] },
    };
    return evaluateApproval(fresh, { plan: aPlan(), evidence: { approvals }, now }).status;
  };

  it.each([
    ["a minute before", "2026-03-01T09:59:00.000Z", "pass"],
    ["exactly as long before as it may be", "2026-03-01T09:55:00.000Z", "pass"],
    ["longer ago", "2026-03-01T09:54:59.999Z", "wait"],
    ["in the future", "2026-03-01T10:02:00.000Z", "wait"],
    ["at no moment", "yesterday", "wait"],
  ])("after a sign-in %s", (_, authenticatedAt, status) => {
    expect(judgeFresh(yes("arjun", { authenticatedAt }))).toBe(status);
  });

  it("does not count a yes of which nobody knows the sign-in, nor a token's", () => {
    expect(judgeFresh(yes("arjun"))).toBe("wait");
    const by: Actor = { kind: "token", id: "t1", name: "ci", owner: "idp#arjun" };
    expect(judgeFresh(yes("arjun", { by, authenticatedAt: now }))).toBe("wait");
  });
});

describe("who is among those asked", () => {
  const table: [string, boolean, string[]][] = [
    ["boss@example.com", true, []],
    ["BOSS@EXAMPLE.COM", true, []],
    ["bоss@example.com", false, []], // a Cyrillic о
    ["boſſ@example.com", false, []], // a long s, which upper-cases to S
    ["boss@example.com ", false, []],
    ["boss@example.com.evil.org", false, []],
    ["someone@example.com", true, ["approvers"]],
    ["someone@example.com", false, ["Approvers"]],
    ["someone@example.com", false, ["approvers "]],
    ["approvers", false, []],
  ];
  it.each(table)("%j is: %s (groups %j)", (email, expected, groups) => {
    expect(isAmong(config.from, { email, groups })).toBe(expected);
  });

  it("does not take the Kelvin sign for a k", () => {
    expect(isAmong(["kim@example.com"], { email: "\u212Aim@example.com", groups: [] })).toBe(false);
  });
});
