import { describe, expect, it } from "vitest";
import type { SignatureFact } from "@/lib/pipeline/gates/gate";
import { evaluateSignature } from "@/lib/pipeline/gates/signature";
import { type SignatureConfig, signatureConfig, signatureDemandName } from "@/lib/pipeline/gates/signature-config";
import { aPlan } from "@/lib/pipeline/promotion/testing/a-plan";

const plan = aPlan();
const now = "2026-03-10T10:00:00.000Z";
const config: SignatureConfig = signatureConfig.parse({ keys: ["file:/etc/waybill/cosign.pub"] });
const valid = { by: "key file:/etc/waybill/cosign.pub", at: null };
const [first, second] = plan.services;
if (!first || !second) throw new Error("the plan has two services");

function judge(facts: (SignatureFact | undefined)[], demand = signatureDemandName(config)) {
  const signatures = plan.services.map(({ service, to }, index) => {
    const fact = facts[index];
    return { demand, service, digest: to.digest, ...(fact ? { fact } : {}) };
  });
  return evaluateSignature({ kind: "signature", ...config }, { plan, evidence: { signatures }, now });
}
const fact = (value: Partial<NonNullable<SignatureFact["value"]>> = {}, observedAt = now): SignatureFact => ({
  value: { valid: [], refused: [], ...value },
  observedAt,
});

describe("a signature", () => {
  it("passes where every digest is signed by one of those named, whatever else is attached", () => {
    const verdict = judge([
      fact({ valid: [valid] }),
      fact({ valid: [valid], refused: ["it was made with another key"] }),
    ]);
    expect(verdict).toMatchObject({ status: "pass" });
    expect(verdict.evidence).toContainEqual({ name: `${first.service} signed by`, value: valid.by });
    expect(verdict.evidence).toContainEqual({
      name: `${second.service} does not count`,
      value: "it was made with another key",
    });
  });

  it("fails with words where one digest is not signed, or by nobody who counts", () => {
    expect(judge([fact({ valid: [valid] }), fact()])).toMatchObject({
      status: "fail",
      summary: `${second.service} is not signed`,
    });
    const refused = ["it was made with another key", "it was made with another key", "it is for another digest"];
    expect(judge([fact({ valid: [valid] }), fact({ refused })])).toMatchObject({
      status: "fail",
      summary: `${second.service} has no signature that counts: it was made with another key; it is for another digest`,
    });
  });

  it("asks at once where nobody has asked yet, and soon where the registry did not answer", () => {
    const trouble = { trouble: "no answer", observedAt: now };
    expect(judge([trouble, undefined])).toMatchObject({ nextEvaluationAt: now, whoCanAct: "the registry to answer" });
    expect(judge([trouble, fact({ valid: [valid] })]).nextEvaluationAt).toBe("2026-03-10T10:00:15.000Z");
    expect(judge([fact(), undefined]).nextEvaluationAt).toBeUndefined();
    expect(judge([fact({ valid: [valid] }), fact({ valid: [valid] })]).nextEvaluationAt).toBeUndefined();
  });

  it.each<[string, SignatureFact | undefined, string]>([
    ["nobody asked", undefined, "was not asked for signatures yet"],
    ["the registry is down", { trouble: "no answer (ECONNREFUSED)", observedAt: now }, "ECONNREFUSED"],
    ["that was long ago", fact({ valid: [valid] }, "2026-03-10T08:59:59.999Z"), "were verified last at"],
    ["nobody knows when that was", fact({ valid: [valid] }, "never"), "were verified last at"],
  ])("is unknown where %s", (_, known, words) => {
    expect(judge([fact({ valid: [valid] }), known])).toMatchObject({
      status: "unknown",
      summary: expect.stringContaining(words),
    });
  });

  it("is not what another gate asked for", () => {
    const others = signatureDemandName(signatureConfig.parse({ keys: ["file:/etc/waybill/other.pub"] }));
    expect(judge([fact({ valid: [valid] }), fact({ valid: [valid] })], others).status).toBe("unknown");
  });
});

describe("the demand", () => {
  const identity = { issuer: "https://token.actions.githubusercontent.com", subject: "https://github.com/shop/*" };
  it.each([
    {},
    { keys: [] },
    { keys: ["-----BEGIN PUBLIC KEY-----"] },
    { identities: [identity] },
    { keys: ["file:/a"], trustedRoot: "file:/b" },
    { identities: [{ ...identity, issuer: "http://plain.example.com" }], trustedRoot: "file:/b" },
    { identities: [{ ...identity, subject: "*" }], trustedRoot: "file:/b" },
    { identities: [{ ...identity, subject: "https://*.example.com" }], trustedRoot: "file:/b" },
  ])("%j is refused", (given) => {
    expect(signatureConfig.safeParse(given).success).toBe(false);
  });
});
