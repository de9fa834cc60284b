import type { ActionDone } from "@/components/action/action-outcome";
import type { BacktestResult } from "@/lib/pipeline/backtest/backtest-result";

/** One thing that is wrong in a text; `line` and `column` count from 1. */
export interface TextError {
  path: string;
  line: number;
  column: number;
  message: string;
  allowed: string;
  value?: string;
}

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** One difference, in the file's own words. Without `before` it is new, without `after` it is gone. */
export interface TextChange {
  path: string;
  kind: "added" | "removed" | "changed" | "reordered";
  before?: JsonValue;
  after?: JsonValue;
}

export interface DocumentChanges {
  document: { kind: string; name: string };
  status: "added" | "removed" | "changed" | "unchanged";
  changes: TextChange[];
}

/** What a text came to: it is wrong, it would change something, or it has. */
export type ToldOfText =
  | { kind: "invalid"; errors: TextError[] }
  | {
      kind: "preview" | "applied";
      diffs: DocumentChanges[];
      /** Projects of which it changes the guard of protected environments: another administrator confirms that. */
      secondPerson: { project: string; environments: string[] }[];
    };

export interface DocumentsOutcome extends ActionDone {
  told: ToldOfText;
}

export interface BacktestOutcome extends ActionDone {
  /** Null where the text is wrong: what is wrong is told when it is checked. */
  told: BacktestResult | null;
}

export interface CheckOutcome extends ActionDone {
  /** What is wrong; null where the connection works. */
  trouble: string | null;
  tookMs: number;
}
