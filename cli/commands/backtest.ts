import { align, indent } from "@/cli/align";
import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import { inputText } from "@/cli/input-text";
import type { backtestOperation } from "@/lib/api/contract/backtests";
import type { AnswerBody } from "@/lib/api/operation";

type Backtest = AnswerBody<typeof backtestOperation>;

export const policyBacktest: Command = {
  name: "policy backtest",
  about: "what a changed project file would have done to past promotions",
  args: [],
  options: {
    file: { type: "string", short: "f", value: "FILE", about: "required; - reads standard input" },
    project: { type: "string", value: "PROJECT", about: "which one, where the file holds several" },
    environment: { type: "string", value: "ENV", about: "only this environment" },
    since: { type: "string", value: "90d", about: "how far back; 90d unless told" },
    limit: { type: "string", value: "N", about: "the newest N promotions, 1000 at most; 500 unless told" },
  },
  more: ["Nothing is applied. The gates that the file changes are asked; where it changes none, each of them."],
  async run(call) {
    const text = await inputText(call.required("file"), call.surroundings);
    const where = apiPath(["backtests"], {
      ...{ project: call.text("project"), environment: call.text("environment") },
      ...{ since: call.text("since"), limit: call.text("limit") },
    });
    const { body } = await call.client.ask<Backtest>("POST", where, { body: text, type: "application/yaml" });
    call.answer(body);
    for (const line of describe(body)) call.say(line);
    return EXIT.ok;
  },
};

function describe({ words, gates, cases }: Backtest): string[] {
  const counted = gates.filter((one) => Object.values(one.answers).some((count) => count > 0));
  return [
    ...words,
    ...(counted.length > 0 ? ["Gates", ...indent(align(counted.map(gateCells)))] : []),
    ...(cases.length > 0 ? ["Promotions", ...indent(cases.flatMap(caseLines))] : []),
  ];
}

function gateCells({ environment, gate, demand, shadow, answers, inShadow }: Backtest["gates"][number]): string[] {
  const told = Object.entries(answers).flatMap(([answer, count]) => (count > 0 ? [`${count} ${answer}`] : []));
  const before = inShadow.total > 0 ? `; in shadow ${inShadow.closed} of ${inShadow.total} were closed` : "";
  return [environment, `${gate}${shadow ? " (shadow)" : ""}`, demand, `${told.join(", ")}${before}`];
}

const results = {
  blocked: "would have been blocked",
  waited: "would have waited",
  unknown: "could not be told",
} as const;
const outcomes = { succeeded: "succeeded", wentWrong: "went wrong", other: "neither succeeded nor failed" } as const;

function caseLines({ promotion, release, environment, result, outcome, gates }: Backtest["cases"][number]): string[] {
  return [
    `${promotion} ${release} to ${environment}: ${results[result]}; it ${outcomes[outcome]}`,
    ...indent(gates.map(({ gate, summary, opensAt }) => `${gate}: ${summary}${opensAt ? `, until ${opensAt}` : ""}`)),
  ];
}
