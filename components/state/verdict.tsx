import { Stamp } from "./stamp";
import { State } from "./state";

export type VerdictName = "pass" | "fail" | "wait" | "unknown";

/** A gate's answer: a plain word where it passes, a stamp where somebody has to look. */
export function Verdict({ verdict, plain }: { verdict: VerdictName; plain?: boolean }) {
  return verdict === "pass" || plain ? <State name={verdict} /> : <Stamp name={verdict} />;
}
