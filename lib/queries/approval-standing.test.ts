import { expect, test } from "vitest";
import type { PersonPrincipal } from "@/lib/auth/principal";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import { type AskedFor, signatureCount, signingStanding, stillCounts } from "@/lib/queries/approval-standing";

const arjun: PersonPrincipal = {
  kind: "person",
  id: "i#arjun",
  name: "Arjun",
  email: "arjun@example.org",
  groups: ["approvers"],
  administrator: false,
  grants: [{ project: "veza", role: "approver", environments: ["production"] }],
};
const rita = { kind: "person" as const, id: "i#rita", name: "Rita" };
const now = "2026-03-01T10:00:00.000Z";
const planHash = "a".repeat(64);

function verdict(status: Verdict["status"], given: number): Verdict {
  const evidence = [{ name: "approvals", value: String(given), threshold: "2" }];
  return { gate: "approval", status, demand: "", summary: "", evidence };
}

function asked(over: Partial<AskedFor> = {}): AskedFor {
  return {
    project: "veza",
    environment: "production",
    phase: "waiting",
    planHash,
    requestedBy: rita,
    approvals: [],
    gates: [{ kind: "hold" }, { kind: "approval", count: 2, from: ["approvers"], expiresAfterMs: 1 }],
    verdicts: [{ ...verdict("pass", 0), gate: "hold" }, verdict("wait", 1)],
    ...over,
  };
}

function signed(person: string, hash: string): AskedFor["approvals"] {
  return [{ by: rita, person, decision: "approved", planHash: hash, reason: null, at: "" }];
}

test("it waits for the yes of somebody whom the gate names and who may approve there", () => {
  expect(signingStanding(arjun, asked(), now)).toBe("asked");
  expect(signingStanding({ ...arjun, groups: [] }, asked(), now)).toBe("notAmong");
  expect(signingStanding(arjun, asked({ environment: "staging" }), now)).toBe("mayNot");
  const named = asked({ gates: [{ kind: "approval", count: 1, from: ["arjun@example.org"], expiresAfterMs: 1 }] });
  expect(signingStanding({ ...arjun, groups: [] }, { ...named, verdicts: [verdict("wait", 0)] }, now)).toBe("asked");
});

test("not of whoever asked for it, be it by a token", () => {
  expect(signingStanding(arjun, asked({ requestedBy: { ...rita, id: arjun.id } }), now)).toBe("requester");
  const token = { kind: "token" as const, id: "t", name: "ci", owner: arjun.id };
  expect(signingStanding(arjun, asked({ requestedBy: token }), now)).toBe("requester");
});

test("once for a plan, and again for another one", () => {
  expect(signingStanding(arjun, asked({ approvals: signed(arjun.id, planHash) }), now)).toBe("signed");
  expect(signingStanding(arjun, asked({ approvals: signed(arjun.id, "b".repeat(64)) }), now)).toBe("asked");
});

test("not where enough have signed, nothing is asked, or nothing is open any more", () => {
  expect(signingStanding(arjun, asked({ verdicts: [verdict("pass", 0), verdict("pass", 2)] }), now)).toBe("given");
  expect(signingStanding(arjun, asked({ gates: [{ kind: "hold" }] }), now)).toBe("over");
  expect(signingStanding(arjun, asked({ phase: "verifying" }), now)).toBe("over");
});

test("before anything was evaluated, it waits", () => {
  expect(signingStanding(arjun, asked({ verdicts: [] }), now)).toBe("asked");
  expect(signatureCount(asked({ verdicts: [] }))).toEqual({ given: 0, needed: 2 });
});

test("signatures are counted over the gates that ask for them, none more than it asks for", () => {
  expect(signatureCount(asked())).toEqual({ given: 1, needed: 2 });
  expect(signatureCount(asked({ verdicts: [verdict("pass", 0), verdict("pass", 5)] }))).toEqual({
    given: 2,
    needed: 2,
  });
});

test("of one group only its own people, by what the gate said it still asks for", () => {
  const groups = [
    { from: ["approvers"], count: 1 },
    { from: ["security"], count: 1 },
  ];
  const gates: AskedFor["gates"] = [
    { kind: "approval", count: 2, from: ["approvers", "security"], groups, expiresAfterMs: 1 },
  ];
  const still = (askedOf: string[]) => asked({ gates, verdicts: [{ ...verdict("wait", 1), askedOf }] });
  expect(signingStanding(arjun, still(["approvers"]), now)).toBe("asked");
  expect(signingStanding(arjun, still(["security"]), now)).toBe("notAmong");
});

test("after another sign-in where the gate asks for a recent one, and never for a token", () => {
  const gates: AskedFor["gates"] = [
    { kind: "approval", count: 1, from: ["approvers"], expiresAfterMs: 1, stepUpMs: 300_000 },
  ];
  const fresh = asked({ gates, verdicts: [verdict("wait", 0)] });
  expect(signingStanding(arjun, fresh, now)).toBe("stale");
  expect(signingStanding({ ...arjun, authenticatedAt: "2026-03-01T09:54:59.000Z" }, fresh, now)).toBe("stale");
  expect(signingStanding({ ...arjun, authenticatedAt: "2026-03-01T09:55:01.000Z" }, fresh, now)).toBe("asked");
});

test("a signature counts no more once an evaluation after it left it out", () => {
  const signature = { by: rita, at: "2026-03-01T09:00:00.000Z" };
  const judged = (evaluatedAt: string, counted: boolean): Verdict => {
    const evidence = [{ name: "approved by", value: `${rita.name}, ${signature.at}` }];
    return { ...verdict("wait", counted ? 1 : 0), evidence: counted ? evidence : [], evaluatedAt };
  };
  expect(stillCounts([], signature)).toBe(true);
  expect(stillCounts([judged("2026-03-01T08:00:00.000Z", false)], signature)).toBe(true);
  expect(stillCounts([judged("2026-03-01T09:30:00.000Z", true)], signature)).toBe(true);
  expect(stillCounts([judged("2026-03-01T09:30:00.000Z", false)], signature)).toBe(false);
  const [first, second] = [judged("2026-03-01T09:30:00.000Z", false), judged("2026-03-01T09:30:00.000Z", true)];
  expect(stillCounts([{ ...first, gate: "soak" }, first, second], signature)).toBe(true);
});
