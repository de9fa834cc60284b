import { isOpen, refuses, type Verdict } from "@/lib/pipeline/gates/gate";

const titles: Record<string, string> = {
  upstream: "same digest",
  soak: "soak",
  approval: "approval",
  image: "image",
  freeze: "freeze",
  errorBudget: "error budget",
  vulnerabilities: "vulnerabilities",
  tests: "tests",
  webhook: "webhook",
  checklist: "checklist",
  signature: "signature",
  hold: "hold",
  block: "block",
  pin: "pin",
  schedule: "schedule",
  policy: "policy",
};

/** What a gate is called on a page. */
export function gateTitle(gate: string): string {
  return titles[gate] ?? gate;
}

/** How many verdicts of each status. */
export function countVerdicts(verdicts: readonly Verdict[]): Record<Verdict["status"], number> {
  const counts = { pass: 0, fail: 0, wait: 0, unknown: 0 };
  for (const verdict of verdicts) counts[verdict.status] += 1;
  return counts;
}

/** `3 pass, 1 wait`; statuses that nobody gave are left out. */
export function tallyWords(verdicts: readonly Verdict[]): string {
  const counts = Object.entries(countVerdicts(verdicts)).filter(([, count]) => count > 0);
  return counts.map(([status, count]) => `${count} ${status}`).join(", ");
}

/** The tint of a gate's line: what needs a look, and what says no. */
export function gateRowLook(verdict: Verdict): "is-no" | "is-open" | undefined {
  if (isOpen(verdict)) return undefined;
  return refuses(verdict) ? "is-no" : "is-open";
}
