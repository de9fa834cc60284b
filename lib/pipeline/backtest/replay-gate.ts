import { gateIdentity } from "@/lib/pipeline/backtest/gate-identity";
import { pastApproval } from "@/lib/pipeline/backtest/past-approval";
import { pastChecklist } from "@/lib/pipeline/backtest/past-checklist";
import type { PastFacts, PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import type { Verdict } from "@/lib/pipeline/gates/gate";
import type { PlannedGate, PlannedGateKind } from "@/lib/pipeline/gates/planned-gate";
import { evaluateGates } from "@/lib/pipeline/gates/registry";
import type { Slo } from "@/lib/pipeline/policy/slo";

/** `fails`: it would have said no, or never have opened. `unknown`: the past does not tell, so neither way. */
export type PastAnswer = "passes" | "fails" | "waits" | "unknown";

export interface ReplayedGate {
  answer: PastAnswer;
  verdict: Verdict;
  /** recorded: the very gate was judged when it started, in force or in shadow. rebuilt: judged now on the facts of then. */
  source: "recorded" | "rebuilt";
}

/** What lets a kind of gate be judged at a past moment. Whatever only an outside system knew then is not told. */
const howTold: Record<PlannedGateKind, "facts" | "people" | { untold: string }> = {
  upstream: "facts",
  soak: "facts",
  approval: "people",
  image: "facts",
  freeze: "facts",
  errorBudget: { untold: "what was left of the budget then is not recorded" },
  vulnerabilities: "facts",
  checklist: "people",
  webhook: { untold: "what it would have answered then is not known" },
  tests: "facts",
  signature: { untold: "who had signed it by then is not recorded" },
  hold: "facts",
  block: "facts",
  pin: "facts",
  schedule: "facts",
};

/** A gate's answer at the moment at which a promotion started, by the gate's own evaluation and nobody else's. */
export function replayGate(
  gate: PlannedGate,
  past: PastPromotion,
  facts: PastFacts,
  slos: readonly Slo[],
): ReplayedGate {
  const recorded = recordedVerdict(gate, past, slos);
  const verdict = recorded ?? rebuiltVerdict(gate, past, facts);
  return { answer: answerOf(verdict), verdict, source: recorded ? "recorded" : "rebuilt" };
}

/** The verdict that the very same gate got when the promotion started; undefined where its plan had no such gate. */
function recordedVerdict(
  gate: PlannedGate,
  { plan, verdicts, slos: slosThen }: PastPromotion,
  slos: readonly Slo[],
): Verdict | undefined {
  const identity = gateIdentity(gate, slos);
  const place = plan.gates.findIndex((one) => gateIdentity(one, slosThen) === identity);
  const verdict = verdicts[place];
  return verdict?.gate === gate.kind ? verdict : undefined;
}

/** The gate judged now, on what stood at the moment at which the promotion started. */
export function rebuiltVerdict(gate: PlannedGate, past: PastPromotion, facts: PastFacts): Verdict {
  const told = howTold[gate.kind];
  if (typeof told === "object") {
    return { gate: gate.kind, status: "unknown", demand: gate.kind, summary: told.untold, evidence: [] };
  }
  if (gate.kind === "approval") return pastApproval(gate, past);
  if (gate.kind === "checklist") return pastChecklist(gate, past);
  const { shadow: _, ...judged } = gate;
  const { requestedBy: by, reason, startedAt: now } = past;
  const evidence = { ...facts, request: { by, reason } };
  const [verdict] = evaluateGates({ plan: { ...past.plan, gates: [judged] }, evidence, now });
  if (!verdict) throw new TypeError("one gate gives one verdict");
  return verdict;
}

/** Gates that a calendar alone opens: without a known opening they stay closed until the promotion expires. */
const openedByCalendar: ReadonlySet<string> = new Set<PlannedGateKind>(["freeze"]);

function answerOf({ status, overridden, gate, opensAt }: Verdict): PastAnswer {
  if (status === "pass" || overridden !== undefined) return "passes";
  if (status === "unknown") return "unknown";
  return status === "fail" || (opensAt === undefined && openedByCalendar.has(gate)) ? "fails" : "waits";
}
