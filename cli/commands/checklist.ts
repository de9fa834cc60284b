import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import type { Promotion } from "@/cli/promotion-lines";
import { itemAsks } from "@/lib/pipeline/gates/checklist-config";

export const checklist: Command = {
  name: "checklist",
  about: "show what people must tick for a promotion, and who has",
  args: ["ID"],
  options: {},
  more: [
    "A tick is a person's word: they tick on the promotion's page, no token can.",
    "Exit code 3 while an item is open.",
  ],
  async run(call) {
    const { body } = await call.client.ask<Promotion>("GET", apiPath(["promotions", call.args.ID ?? ""]));
    const items = itemsOf(body);
    call.answer({ id: body.id, planHash: body.planHash, items });
    if (items.length === 0) call.say(`${body.id} has no checklist`);
    for (const { text, asks, ticked } of items) {
      call.say(`[${ticked === null ? " " : "x"}] ${text}${note(ticked ?? asks)}`);
    }
    return items.some((one) => one.ticked === null) ? EXIT.waiting : EXIT.ok;
  },
};

function note(text: string | null): string {
  return text === null ? "" : `  (${text})`;
}

/** The items with who ticked them, as the last evaluation counted them; null where one is open. */
function itemsOf({ plan, verdicts }: Promotion): { text: string; asks: string | null; ticked: string | null }[] {
  return plan.gates.flatMap((gate, index) => {
    if (gate.kind !== "checklist") return [];
    const [, ...told] = verdicts[index]?.evidence ?? [];
    return gate.items.map((item, place) => {
      const value = told[place]?.value ?? "open";
      return { text: item.text, asks: itemAsks(item) ?? null, ticked: value === "open" ? null : value };
    });
  });
}
