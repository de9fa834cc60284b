import { align, indent } from "@/cli/align";
import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import type { listSignalsOperation } from "@/lib/api/contract/signals";
import type { AnswerBody } from "@/lib/api/operation";
import { valueWords } from "@/lib/pipeline/policy/bound";

type Page = AnswerBody<typeof listSignalsOperation>;
type Place = Page["items"][number];
type Signal = Place["signals"][number];

export const signals: Command = {
  name: "signals",
  about: "the health of services in numbers: rate, errors, duration, saturation, restarts, error budgets",
  args: ["PROJECT", "[SERVICE]"],
  options: { in: { type: "string", value: "ENV", about: "in this environment alone" } },
  more: ["A signal that is not known says why; none of them is ever taken for good."],
  async run(call) {
    const { PROJECT: project, SERVICE: service } = call.args;
    const places: Place[] = [];
    let cursor: string | undefined;
    do {
      const query = { project, service, environment: call.text("in"), limit: "500", cursor };
      const { body } = await call.client.ask<Page>("GET", apiPath(["signals"], query));
      places.push(...body.items);
      cursor = body.next ?? undefined;
    } while (cursor !== undefined);
    call.answer({ places });
    for (const place of places) {
      call.say(`${place.service} in ${place.environment}`);
      for (const line of indent(align(rowsOf(place)))) call.say(line);
    }
    if (places.length === 0) call.say("nothing has a target there");
    return EXIT.ok;
  },
};

function rowsOf({ signals: all, restarts, ready, desired, unseen, budgets }: Place): string[][] {
  return [
    ...all.map((signal) => [signal.name, ...wordsOf(signal)]),
    restarts === null
      ? ["restarts", "unknown", unseen ?? ""]
      : ["restarts", `${restarts}`, `${ready} of ${desired} ready`],
    ...budgets.map(({ slo, remaining, why, targetPercent }) =>
      remaining === null
        ? ["error budget", "unknown", `${slo}: ${why}`]
        : ["error budget", `${Math.round(remaining * 1000) / 10} % left`, `${slo}: ${targetPercent} %`],
    ),
  ];
}

function wordsOf({ name, unit, value, standing, warn, bad, why, since }: Signal): string[] {
  if (value === null) return ["unknown", `${why ?? ""}${since ? `, since ${since}` : ""}`];
  const text = (number: number) => (name === "rate" ? `${valueWords(number, "number")} /s` : valueWords(number, unit));
  if (standing === "bad" && bad !== null) return [text(value), `bad: above ${text(bad)}`];
  if (standing === "warn" && warn !== null) return [text(value), `needs a look: above ${text(warn)}`];
  return [text(value), ""];
}
