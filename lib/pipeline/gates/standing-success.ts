import type { UpstreamSuccess } from "@/lib/pipeline/gates/gate";
import type { Digest } from "@/lib/pipeline/release/digest";

/** What became of one digest of one service in one environment, once. */
export interface Outcome {
  service: string;
  environment: string;
  digest: Digest;
  /**
   * `succeeded`: a promotion. `verifiedAgain`: what runs was verified once more. `setBack`: a promotion of it failed or
   * went back, it was blocked, or verifying it again failed.
   */
  kind: "succeeded" | "verifiedAgain" | "setBack";
  /** A promotion's id, or that of what took it back. */
  by: string;
  at: string;
  /** Of what set it back: in words. */
  why: string | null;
  /** Of what set it back: a block that nobody lifted. */
  stands: boolean;
}

/**
 * One line for each digest and environment that it ever succeeded in. A success counts from the promotion that succeeded
 * there last; what set it back later takes it away, and a new success, by a promotion or by verifying it again, gives it
 * back from that moment on. While a block stands nothing does. Verifying again what nothing set back changes nothing.
 */
export function standingSuccesses(outcomes: readonly Outcome[]): UpstreamSuccess[] {
  const places = new Map<string, Outcome[]>();
  for (const one of outcomes) {
    const key = JSON.stringify([one.service, one.environment, one.digest]);
    places.set(key, [...(places.get(key) ?? []), one]);
  }
  return [...places.values()].flatMap((all) => standingOf(all) ?? []);
}

function standingOf(all: readonly Outcome[]): UpstreamSuccess | undefined {
  const sorted = all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const of = (kind: Outcome["kind"]) => sorted.filter((one) => one.kind === kind);
  const setback = of("setBack").findLast((one) => one.stands) ?? of("setBack").at(-1);
  const later = (one: Outcome) => !setback || (!setback.stands && Date.parse(one.at) > Date.parse(setback.at));
  const success = of("succeeded").findLast(later) ?? of("verifiedAgain").find((one) => setback && later(one));
  const before = of("succeeded").at(-1) ?? of("verifiedAgain").at(-1);
  const counted = success ?? before;
  if (!counted) return undefined;
  const { service, environment, digest, by: promotion, at: verifiedAt } = counted;
  const line = { service, environment, digest, promotion, verifiedAt };
  if (success || !setback) return line;
  return { ...line, takenBack: { at: setback.at, by: setback.by, why: setback.why ?? "it failed there" } };
}
