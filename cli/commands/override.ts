import { apiPath } from "@/cli/api-client";
import type { Command, Invocation } from "@/cli/command";
import { EXIT, UsageError } from "@/cli/exit-codes";
import { type Promotion, standLines } from "@/cli/promotion-lines";

const plan = {
  type: "string",
  value: "HASH",
  about: "the plan that was looked at; the one that stands unless told",
} as const;

export const overrideGate: Command = {
  name: "override gate",
  about: "let a closed gate of a promotion pass, in an emergency; another person reviews it",
  args: ["ID"],
  options: {
    plan,
    gate: { type: "string", value: "GATE", about: "required; the gate as the promotion lists it: soak, freeze" },
    reason: { type: "string", value: "TEXT", about: "required; why it must pass now" },
    incident: { type: "string", value: "TEXT", about: "required; the incident's number or address" },
  },
  async run(call) {
    const promotion = await read(call);
    const kind = call.required("gate");
    const gate = promotion.verdicts.findIndex((one) => one.gate === kind);
    if (gate < 0) throw new UsageError(`${promotion.id} has no gate "${kind}"`);
    const said = { reason: call.required("reason"), incident: call.required("incident") };
    const body = { planHash: call.text("plan") ?? promotion.planHash, gate, ...said };
    return tell(call, await post(call, ["overrides"], body));
  },
};

export const overrideConfirm: Command = {
  name: "override confirm",
  about: "confirm an override that takes two people",
  args: ["ID", "NUMBER"],
  options: { plan },
  async run(call) {
    const planHash = call.text("plan") ?? (await read(call)).planHash;
    return tell(call, await post(call, ["overrides", call.args.NUMBER ?? "", "confirm"], { planHash }));
  },
};

export const overrideReview: Command = {
  name: "override review",
  about: "close the review of an override after its promotion ended",
  args: ["ID", "NUMBER"],
  options: { words: { type: "string", value: "TEXT", about: "required; what was found" } },
  async run(call) {
    const words = call.required("words");
    return tell(call, await post(call, ["overrides", call.args.NUMBER ?? "", "review"], { words }));
  },
};

async function read(call: Invocation): Promise<Promotion> {
  return (await call.client.ask<Promotion>("GET", apiPath(["promotions", call.args.ID ?? ""]))).body;
}

async function post(call: Invocation, rest: string[], body: object): Promise<Promotion> {
  return (await call.client.ask<Promotion>("POST", apiPath(["promotions", call.args.ID ?? "", ...rest]), { body }))
    .body;
}

function tell(call: Invocation, promotion: Promotion): number {
  call.answer(promotion);
  for (const one of promotion.overrides) {
    const standing = one.review
      ? "reviewed"
      : one.needsSecond && !one.confirmed
        ? "waits for a second person"
        : "in force";
    call.say(`override ${one.id} of ${one.gateKind}: ${standing}`);
  }
  for (const line of standLines(promotion)) call.say(line);
  return EXIT.ok;
}
