import type { BacktestResult, Counts } from "@/lib/pipeline/backtest/backtest-result";

type Told = Omit<BacktestResult, "words" | "cases">;

/** What a backtest found, in sentences for a person; pages, the API and the command line say the same. */
export function backtestWords(result: Told): string[] {
  const { promotions, rollbacks, scope, more, limit } = result;
  if (promotions.total + rollbacks.total === 0) {
    return [
      ...(result.environments.length > 0
        ? ["No promotion started there in that time: there is nothing to replay."]
        : []),
      ...gone(result),
    ];
  }
  return [
    ...(promotions.total > 0 ? promotionWords(result) : []),
    ...(rollbacks.blocked > 0
      ? [`It would have stopped ${rollbacks.blocked} of ${many(rollbacks.total, "rollback")}.`]
      : []),
    ...(rollbacks.unknown > 0
      ? [`Of ${many(rollbacks.total, "rollback")}, ${rollbacks.unknown} could not be told.`]
      : []),
    ...gone(result),
    ...(scope === "every" ? ["It changes no gate: each of them was asked again."] : []),
    ...(more ? [`Only the newest ${limit} were replayed.`] : []),
  ];
}

function promotionWords(result: Told): string[] {
  const { promotions } = result;
  const { total, blocked, waited, unknown } = promotions;
  const of = many(total, "promotion");
  const first =
    blocked === 0
      ? `It would have blocked none of ${of}.`
      : `It would have blocked ${blocked} of ${of}${parts(result, "blocked")}.`;
  return [
    first,
    ...(waited > 0 ? [`It would have made ${waited} wait${parts(result, "waited")}.`] : []),
    ...(unknown > 0 ? [`${unknown} could not be told: ${untold(result)} had no record.`] : []),
  ];
}

/** `: 5 of the 6 that were rolled back or failed, 2 of the 80 that succeeded`. */
function parts({ wentWrong, succeeded }: Told, key: "blocked" | "waited"): string {
  const part = (counts: Counts, what: string) =>
    counts.total === 0 ? [] : [`${counts[key]} of the ${counts.total} that ${what}`];
  const ended = wentWrong.total === 1 ? "was rolled back or failed" : "were rolled back or failed";
  const told = [...part(wentWrong, ended), ...part(succeeded, "succeeded")];
  return told.length === 0 ? "" : `: ${told.join(", ")}`;
}

function untold({ gates }: Told): string {
  const kinds = gates.filter((one) => !one.shadow && one.answers.unknown > 0).map((one) => one.gate);
  return [...new Set(kinds)].join(", ");
}

function gone({ removed }: Told): string[] {
  if (removed.length === 0) return [];
  const names = removed.map(({ environment, gate }) => `${gate} of ${environment}`);
  return [`It takes away ${names.join(", ")}: what that kept from starting is not in this count.`];
}

function many(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
