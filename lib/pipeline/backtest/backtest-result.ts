import type { Outcome } from "@/lib/pipeline/backtest/past-promotion";
import type { PastAnswer, ReplayedGate } from "@/lib/pipeline/backtest/replay-gate";
import type { ReplayedPolicy } from "@/lib/pipeline/backtest/replayed-policy";

/** Of so many promotions: blocked (a no, or never open), made to wait, not told; the rest would have started as they did. */
export interface Counts {
  total: number;
  blocked: number;
  waited: number;
  unknown: number;
}

/** One gate's answers over the promotions that it would have guarded. */
export interface GateCounts {
  environment: string;
  gate: string;
  demand: string;
  shadow: boolean;
  answers: Record<PastAnswer, number>;
  /** How many of the answers are those that were recorded then, and not judged now on what stood then. */
  recorded: number;
  /** What gates of its kind that ran in shadow said then: how many answers, and how many of them were not a pass. */
  inShadow: { total: number; closed: number };
}

export interface CaseGate extends Pick<ReplayedGate, "answer" | "source"> {
  gate: string;
  demand: string;
  summary: string;
  shadow: boolean;
  /** When it would have opened, where that is known. */
  opensAt: string | null;
}

/** A promotion that would not have started as it did, with the gates that say so. */
export interface BacktestCase {
  promotion: string;
  number: number;
  kind: "promote" | "rollback";
  environment: string;
  release: string;
  version: string;
  startedAt: string;
  outcome: Outcome;
  result: "blocked" | "waited" | "unknown";
  gates: CaseGate[];
}

export interface BacktestResult extends Pick<ReplayedPolicy, "scope" | "removed"> {
  project: string;
  environments: string[];
  /** Promotions that were asked for since then are replayed, the newest first. */
  since: string;
  /** No more than so many; `more` says that there are older ones. */
  limit: number;
  more: boolean;
  promotions: Counts;
  succeeded: Counts;
  wentWrong: Counts;
  /** A rollback starts at once or not at all, so none of them waits. */
  rollbacks: Counts;
  gates: GateCounts[];
  /** Newest first. */
  cases: BacktestCase[];
  /** The same in sentences. */
  words: string[];
}
