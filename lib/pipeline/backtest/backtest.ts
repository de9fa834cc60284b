import type {
  BacktestCase,
  BacktestResult,
  CaseGate,
  Counts,
  GateCounts,
} from "@/lib/pipeline/backtest/backtest-result";
import { backtestWords } from "@/lib/pipeline/backtest/backtest-words";
import type { PastFacts, PastPromotion } from "@/lib/pipeline/backtest/past-promotion";
import { type ReplayedGate, replayGate } from "@/lib/pipeline/backtest/replay-gate";
import type { ReplayedPolicy } from "@/lib/pipeline/backtest/replayed-policy";
import { isOpen } from "@/lib/pipeline/gates/gate";
import type { PlannedGate } from "@/lib/pipeline/gates/planned-gate";

export interface BacktestFrame extends Pick<BacktestResult, "project" | "since" | "limit"> {
  policy: ReplayedPolicy;
}

const noCounts = (): Counts => ({ total: 0, blocked: 0, waited: 0, unknown: 0 });

type Asked = { gate: PlannedGate; replayed: ReplayedGate; counts: GateCounts };

/** Replays a policy over past promotions, one after another, and counts what it would have done to each of them. */
export class Backtest {
  private readonly promotions = noCounts();
  private readonly succeeded = noCounts();
  private readonly wentWrong = noCounts();
  private readonly rollbacks = noCounts();
  private readonly gates = new Map<PlannedGate, GateCounts>();
  private readonly cases: BacktestCase[] = [];

  constructor(private readonly frame: BacktestFrame) {
    for (const { name, promote, rollback } of frame.policy.environments) {
      for (const gate of [...promote, ...rollback]) {
        if (!this.gates.has(gate)) this.gates.set(gate, emptyGate(name, gate));
      }
    }
  }

  /** Adds one; of an environment that is not asked about nothing is counted. */
  add(past: PastPromotion, facts: PastFacts): void {
    const { policy } = this.frame;
    const asked = policy.environments.find((one) => one.name === past.plan.environment)?.[past.plan.kind];
    if (asked === undefined || asked.length === 0) return;
    const answers = asked.map((gate): Asked => {
      const replayed = replayGate(gate, past, facts, policy.slos);
      return { gate, replayed, counts: this.count(gate, replayed, past) };
    });
    const result = resultOf(answers, past.plan.kind);
    const totals =
      past.plan.kind === "rollback"
        ? [this.rollbacks]
        : [this.promotions, ...(past.outcome === "other" ? [] : [this[past.outcome]])];
    for (const counts of totals) {
      counts.total += 1;
      if (result !== "passes") counts[result] += 1;
    }
    if (result !== "passes") this.cases.push(caseOf(past, result, answers));
  }

  /** What was found. `more`: there are older promotions that were not added. */
  end(more: boolean): BacktestResult {
    const { policy, ...frame } = this.frame;
    const { promotions, succeeded, wentWrong, rollbacks, cases } = this;
    const { scope, removed } = policy;
    const environments = policy.environments.map((one) => one.name);
    const gates = [...this.gates.values()].filter(isWorthARow);
    const told = { ...frame, scope, removed, environments, more, promotions, succeeded, wentWrong, rollbacks, gates };
    return { ...told, cases, words: backtestWords(told) };
  }

  private count(gate: PlannedGate, { answer, verdict, source }: ReplayedGate, past: PastPromotion): GateCounts {
    const counts = this.gates.get(gate);
    if (!counts) throw new TypeError("every gate that is asked has its counts");
    counts.answers[answer] += 1;
    if (counts.demand === "" && typeof verdict.demand === "string") counts.demand = verdict.demand;
    if (source === "recorded") counts.recorded += 1;
    for (const shadowed of past.verdicts) {
      if (!shadowed.shadow || shadowed.gate !== gate.kind) continue;
      counts.inShadow.total += 1;
      if (!isOpen({ ...shadowed, shadow: undefined })) counts.inShadow.closed += 1;
    }
    return counts;
  }
}

function emptyGate(environment: string, { kind, shadow }: PlannedGate): GateCounts {
  return {
    ...{ environment, gate: kind, demand: "", shadow: shadow === true, recorded: 0 },
    answers: { passes: 0, fails: 0, waits: 0, unknown: 0 },
    inShadow: { total: 0, closed: 0 },
  };
}

/** Holds, blocks and pins stood before the file did: they are shown where they say something. */
function isWorthARow({ gate, answers }: GateCounts): boolean {
  return !["hold", "block", "pin"].includes(gate) || answers.fails + answers.waits + answers.unknown > 0;
}

/** A no decides, whatever else is not told; what is not told may be a no; a rollback cannot wait. */
function resultOf(answers: readonly Asked[], kind: "promote" | "rollback"): BacktestCase["result"] | "passes" {
  const said = new Set(answers.flatMap(({ gate, replayed }) => (gate.shadow ? [] : [replayed.answer])));
  if (said.has("fails") || (kind === "rollback" && said.has("waits"))) return "blocked";
  if (said.has("unknown")) return "unknown";
  return said.has("waits") ? "waited" : "passes";
}

function caseOf(past: PastPromotion, result: BacktestCase["result"], answers: readonly Asked[]): BacktestCase {
  const { id, number, plan, startedAt, outcome } = past;
  const { kind, environment, release, version } = plan;
  const gates = answers.flatMap(({ gate, replayed: { answer, verdict, source } }): CaseGate[] => {
    if (answer === "passes") return [];
    const { demand, summary, opensAt = null } = verdict;
    return [{ gate: gate.kind, demand, summary, answer, source, shadow: gate.shadow === true, opensAt }];
  });
  return { promotion: id, number, kind, environment, release, version, startedAt, outcome, result, gates };
}
