import { describe, expect, it } from "vitest";
import type { GateEvidence } from "@/lib/pipeline/gates/gate";
import { evaluatePin } from "@/lib/pipeline/gates/pin";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";
import type { Digest } from "@/lib/pipeline/release/digest";

const now = "2026-11-26T12:00:00.000Z";
const plan = aPlan();
const [moved] = plan.services;
const other = `sha256:${"9".repeat(64)}` as Digest;

function judge(pins: GateEvidence["pins"]) {
  return evaluatePin({ kind: "pin" }, { plan, evidence: { pins }, now });
}

function pinned(service: string, digest: Digest) {
  const pinnedBy = { kind: "person" as const, id: "idp#rita", name: "Rita" };
  return { service, digest, reason: "the fair", pinnedBy, pinnedAt: now };
}

describe("a pin", () => {
  it("to another digest makes a promotion wait, and says who pinned it and why", () => {
    const verdict = judge([pinned(moved?.service ?? "", other)]);
    expect(verdict.status).toBe("wait");
    expect(verdict.summary).toMatch(/^\S+ is pinned to 9999…9999 by Rita: the fair$/);
    expect(verdict.opensAt).toBeUndefined();
  });

  it("to this digest, or of a service that does not move, stands in nobody's way", () => {
    expect(judge([pinned(moved?.service ?? "", moved?.to.digest ?? other)]).status).toBe("pass");
    expect(judge([pinned("elsewhere", other)]).status).toBe("pass");
    expect(judge([]).status).toBe("pass");
  });

  it("that could not be read is unknown", () => {
    expect(judge(undefined).status).toBe("unknown");
  });
});
