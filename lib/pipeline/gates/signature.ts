import { type Finding, verdictOf } from "@/lib/pipeline/gates/finding";
import type { GateInput, SignatureFact, Verdict } from "@/lib/pipeline/gates/gate";
import { type SignatureConfig, signatureDemandName, signatureDemandWords } from "@/lib/pipeline/gates/signature-config";
import { untilAnswered } from "@/lib/pipeline/gates/until-answered";

/** What was verified counts for this long: keys are withdrawn, and roots renewed. */
const freshMs = 60 * 60_000;
const refusalsShown = 3;

/**
 * Each of these digests is signed by one of those named. No signature, and one for another digest, of another key or of
 * somebody else, is a no; a registry or key that cannot be read is unknown.
 */
export function evaluateSignature(
  config: SignatureConfig & { kind: "signature" },
  { plan, evidence, now }: GateInput,
): Verdict {
  const base = { gate: "signature", demand: signatureDemandWords(config) };
  const demand = signatureDemandName(config);
  const facts = plan.services.map(
    ({ service, to }) =>
      evidence.signatures?.find((one) => one.demand === demand && one.service === service && one.digest === to.digest)
        ?.fact,
  );
  const findings = plan.services.map(({ service }, index) =>
    judgeService(service, plan.services.length > 1 ? `${service} ` : "", facts[index], now),
  );
  const verdict = verdictOf(base, findings, {
    pass: "signed by one of those named",
    nothing: "no signature is known",
    whoCanAct: "sign this digest with one of those named",
  });
  return verdict.status === "unknown" ? { ...verdict, ...untilAnswered(facts, now) } : verdict;
}

function judgeService(service: string, prefix: string, fact: SignatureFact | undefined, now: string): Finding {
  const unknown = (words: string): Finding => ({ status: "unknown", words: `${service}: ${words}`, evidence: [] });
  if (!fact) return unknown("the registry was not asked for signatures yet");
  if (fact.value === undefined) return unknown(`its signatures could not be verified: ${fact.trouble ?? ""}`);
  if (!(Date.parse(now) - Date.parse(fact.observedAt) <= freshMs)) {
    return unknown(`its signatures were verified last at ${fact.observedAt}`);
  }
  const { valid, refused } = fact.value;
  const evidence = [
    ...valid.map(({ by, at }) => ({ name: `${prefix}signed by`, value: at === null ? by : `${by}, ${at}` })),
    ...refused.map((why) => ({ name: `${prefix}does not count`, value: why })),
    { name: `${prefix}verified at`, value: fact.observedAt },
  ];
  if (valid[0]) return { status: "pass", words: `${service} is signed by ${valid[0].by}`, evidence };
  if (refused.length === 0) return { status: "fail", words: `${service} is not signed`, evidence };
  const told = [...new Set(refused)].slice(0, refusalsShown).join("; ");
  return { status: "fail", words: `${service} has no signature that counts: ${told}`, evidence };
}
