import { describe, expect, it } from "vitest";
import { type GateEvidence, isOpen, refuses } from "@/lib/pipeline/gates/gate";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";
import { evaluateGates } from "@/lib/pipeline/gates/registry";
import { worker } from "@/lib/pipeline/promotion/decision";
import { aPlan, digestOf } from "@/lib/pipeline/promotion/testing/a-plan";

const now = "2026-03-01T10:00:00.000Z";
const judge = (gates: unknown[], evidence: GateEvidence = {}) =>
  evaluateGates({ plan: aPlan({ gates: gates as PlannedGate[] }), evidence, now });

const everyKind: PlannedGate[] = [
  { kind: "upstream", match: "any", environments: ["staging"] },
  { kind: "soak", in: "staging", forMs: 0 },
  { kind: "approval", count: 1, from: ["approvers"], expiresAfterMs: 1 },
  { kind: "image", nonRoot: true },
  { kind: "signature", keys: ["file:/etc/waybill/cosign.pub"], identities: [] },
  {
    ...{ kind: "freeze", timezone: "UTC", deny: [{ kind: "once", name: "move", from: "2030-01-01T00:00" }], allow: [] },
    ...{ exempt: [], appliesTo: ["promote"] },
  },
  { kind: "errorBudget", slo: "availability", minRemainingPercent: 10 },
  { kind: "vulnerabilities", limits: { critical: 0 }, from: ["upload", "registry"], allow: [] },
  {
    ...{ kind: "webhook", url: "https://change.example.com/check", secret: "env:CHANGE_SECRET" as never },
    ...{ timeoutMs: 10_000, passForMs: 900_000 },
  },
  { kind: "tests", checks: ["e2e"] },
  { kind: "checklist", items: [{ text: "on-call told" }] },
  { kind: "hold" },
  { kind: "block" },
  { kind: "pin" },
  { kind: "schedule", notBefore: "2026-11-27T09:00:00.000Z" },
];

describe("the gates of a plan", () => {
  it("answer one verdict each, in the plan's order", () => {
    expect(judge(everyKind).map((verdict) => verdict.gate)).toEqual(everyKind.map((gate) => gate.kind));
  });

  it("are all unknown without evidence: nothing passes because nobody looked", () => {
    // A time that was asked for needs no evidence: it is in the plan.
    const looking = everyKind.filter((gate) => gate.kind !== "schedule");
    expect(judge(looking).map((verdict) => verdict.status)).toEqual(looking.map(() => "unknown"));
  });

  it("answer unknown for a policy without any gate", () => {
    expect(judge([])).toMatchObject([{ gate: "policy", status: "unknown" }]);
  });

  it.each(["tarot", "constructor", "__proto__", "toString", ""])("answer unknown for a gate of kind %j", (kind) => {
    const [known, odd] = judge([{ kind: "hold" }, { kind }], { holds: [] });
    expect(known?.status).toBe("pass");
    expect(odd).toMatchObject({ gate: kind, status: "unknown" });
    expect(odd?.summary).toContain(`"${kind}"`);
  });
});

describe("a gate in shadow", () => {
  const held = { holds: [{ environment: "production", reason: "x", heldBy: worker, heldAt: now }] };

  it("says what it would say, when, and that it stops nothing", () => {
    const [loud] = judge([{ kind: "soak", in: "testing", forMs: 1 }], { successes: [] });
    const [quiet] = judge([{ kind: "soak", in: "testing", forMs: 1, shadow: true }], { successes: [] });
    expect(loud).toMatchObject({ status: "fail", evaluatedAt: now });
    const { whoMayOverride: _, ...said } = loud ?? {};
    expect(quiet).toEqual({ ...said, shadow: true });
    expect([loud, quiet].map((one) => one && isOpen(one))).toEqual([false, true]);
    expect([loud, quiet].map((one) => one && refuses(one))).toEqual([true, false]);
  });

  it("does not make the others quieter", () => {
    const verdicts = judge([{ kind: "soak", in: "testing", forMs: 1, shadow: true }, { kind: "hold" }], held);
    expect(verdicts.map(isOpen)).toEqual([true, false]);
  });
});

describe("a hold", () => {
  const held = (environment: string | null) => {
    const heldBy = { kind: "person" as const, id: "idp#rita", name: "Rita" };
    return { environment, reason: "incident 7", heldBy, heldAt: now };
  };
  it("waits with who holds it and why, until somebody lifts it", () => {
    const [verdict] = judge([{ kind: "hold" }], { holds: [held("production")] });
    expect(verdict).toMatchObject({ status: "wait", summary: "held by Rita: incident 7" });
    expect(verdict?.opensAt).toBeUndefined();
  });

  it("of another environment does not matter", () => {
    expect(judge([{ kind: "hold" }], { holds: [held("staging")] })[0]?.status).toBe("pass");
  });

  it("of the whole project counts in every environment, beside its own", () => {
    const [whole] = judge([{ kind: "hold" }], { holds: [held(null)] });
    expect(whole).toMatchObject({
      status: "wait",
      summary: expect.stringMatching(/^all of \S+ is held by Rita: incident 7$/),
    });
    const [both] = judge([{ kind: "hold" }], { holds: [held("production"), held(null)] });
    expect(both?.summary).toMatch(/^held by Rita: incident 7; all of /);
  });
});

describe("a block", () => {
  const block = (service: string, digest = digestOf("a")) => ({
    service,
    digest,
    reason: "it crashed",
    blockedAt: now,
  });
  it("fails for exactly this service and digest, with its reason", () => {
    const [verdict] = judge([{ kind: "block" }], { blocks: [block("chat")] });
    expect(verdict).toMatchObject({ status: "fail" });
    expect(verdict?.summary).toContain("chat aaaa…aaaa is blocked: it crashed");
  });

  it("of another digest or service does not matter", () => {
    const blocks = [block("chat", digestOf("c")), block("web")];
    expect(judge([{ kind: "block" }], { blocks })[0]?.status).toBe("pass");
  });
});
