import { type Digest, shortDigest } from "@/lib/pipeline/release/digest";
import type { DelegatedStanding } from "@/lib/pipeline/rollout/delegated-standing";

/** Whose order is being followed. */
export interface DelegatedOrder {
  digest: Digest;
  promotion: string;
}

/** What a look at the controller's object came to. `facts` change with everything that is worth an entry. */
export type DelegatedSighting = { words: string; facts: Record<string, string> } & (
  | { kind: "promoted" }
  /** On its way: time runs. `unknown`: nobody can tell how it stands. */
  | { kind: "moving"; unknown?: true }
  /** It waits for a person, or for a time that its own object sets: no time runs out. */
  | { kind: "waiting" }
  | { kind: "failed" }
  /** Somebody else's order stands there. */
  | { kind: "foreign" }
);

/**
 * How an order stands with the controller that carries it out. Nothing counts before its status is about this very order,
 * and a word that is not known is unknown. What the pods run is seen apart from this.
 */
export function judgeDelegated(seen: DelegatedStanding, order: DelegatedOrder): DelegatedSighting {
  const facts = factsOf(seen);
  const words = standingWords(seen);
  if (!seen.exists) return { kind: "foreign", words: `${seen.what} is not there any more`, facts };
  if (seen.digest !== order.digest || seen.promotion !== order.promotion) {
    const found = seen.digest === undefined ? "no digest" : shortDigest(seen.digest);
    return { kind: "foreign", words: `somebody else changed ${seen.what}: its spec says ${found}`, facts };
  }
  if (!seen.caughtUp) {
    const unseen = `the controller has not taken up the order in ${seen.what} yet`;
    return { kind: "moving", words: unseen, facts: {} };
  }
  if (seen.isAborted || seen.phase === "degraded") return { kind: "failed", words, facts };
  switch (seen.phase) {
    case "healthy":
      return seen.isPromoted ? { kind: "promoted", words, facts } : { kind: "moving", words, facts };
    case "paused":
      // Who cannot judge does not wait for ever: that time is over is not knowing.
      return seen.pausedBy === "inconclusive" || seen.pausedBy === null
        ? { kind: "moving", unknown: true, words, facts }
        : { kind: "waiting", words, facts };
    case "progressing":
      return { kind: "moving", words, facts };
    case "unknown":
      return { kind: "moving", unknown: true, words, facts };
    default:
      return seen.phase satisfies never;
  }
}

const pauseWords: Record<NonNullable<DelegatedStanding["pausedBy"]>, string> = {
  hand: "paused by hand in its object",
  person: "waits for a person",
  time: "waits for its time",
  gate: "waits at a gate of its own, which opens from outside",
  inconclusive: "paused: its analysis was inconclusive",
};

/** `step 2 of 4 (pause), 25 % of the requests: waits for a person`, then what the controller says beside. */
export function standingWords(seen: DelegatedStanding): string {
  const { steps, step, weight, phaseWord, pausedBy, message } = seen;
  // An abort begins its steps anew: where it was is not said any more.
  const current = step === null || seen.isAborted ? undefined : steps[step];
  const parts = [
    current && step !== null ? `step ${step + 1} of ${steps.length} (${current.words})` : "",
    weight === null || seen.isPromoted ? "" : `${weight} % of the requests`,
  ].filter((part) => part !== "");
  const state = pausedBy === null ? (phaseWord === "" ? "says nothing" : phaseWord) : pauseWords[pausedBy];
  // A pause is told already; what it says of a failure is the reason.
  const beside = message === "" || pausedBy !== null ? "" : `, ${message}`;
  return `${parts.length === 0 ? "" : `${parts.join(", ")}: `}${state}${beside}`;
}

/** The controller's step as facts note it: "" where it says none. */
export function placeOf({ step }: Pick<DelegatedStanding, "step">): string {
  return step === null ? "" : String(step);
}

function factsOf(seen: DelegatedStanding): Record<string, string> {
  const { phase, weight, pausedBy, analyses } = seen;
  return {
    seen: "yes",
    phase,
    at: placeOf(seen),
    weight: weight === null ? "" : String(weight),
    pausedBy: pausedBy ?? "",
    analyses: analyses.map((one) => `${one.name} ${one.phase}`).join(", "),
  };
}

/** The numbers behind a failure, one a metric: for the record of why it went back. */
export function analysisEvidence({ analyses }: Pick<DelegatedStanding, "analyses">): { name: string; value: string }[] {
  return analyses.flatMap((analysis) =>
    analysis.metrics.map(({ name, phase, values, message }) => {
      const measured = values.map(({ value }) => value).join(", ");
      const none = analysis.isUnkept ? "its measurements are not kept" : "nothing measured";
      const words = [phase, measured === "" ? none : `measured ${measured}`, message];
      return { name: `${analysis.name}: ${name}`, value: words.filter((word) => word !== "").join(", ") };
    }),
  );
}
