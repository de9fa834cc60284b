import { apiPath } from "@/cli/api-client";
import type { Command, Invocation } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import { type Promotion, standLines, swapLines } from "@/cli/promotion-lines";

const plan = {
  type: "string",
  value: "HASH",
  about: "the plan that was looked at; the one shown unless told",
} as const;
const reason = { type: "string", value: "TEXT", about: "required; why" } as const;

export const approve: Command = {
  name: "approve",
  about: "say yes to a promotion's plan, for the owner of the token",
  args: ["ID"],
  options: { plan, reason: { ...reason, about: "why, for the ledger" } },
  run: (call) => sign(call, "approve", call.text("reason")),
};

export const reject: Command = {
  name: "reject",
  about: "say no to a promotion's plan, which ends it",
  args: ["ID"],
  options: { plan, reason },
  run: (call) => sign(call, "reject", call.required("reason")),
};

export const abort: Command = {
  name: "abort",
  about: "stop a promotion; what it changed goes back",
  args: ["ID"],
  options: { reason },
  async run(call) {
    const path = apiPath(["promotions", call.args.ID ?? "", "abort"]);
    const { body } = await call.client.ask<Promotion>("POST", path, { body: { why: call.required("reason") } });
    return tell(call, body);
  },
};

async function sign(call: Invocation, decision: "approve" | "reject", why: string | undefined): Promise<number> {
  const id = call.args.ID ?? "";
  let planHash = call.text("plan");
  if (planHash === undefined) {
    const { body } = await call.client.ask<Promotion>("GET", apiPath(["promotions", id]));
    planHash = body.planHash;
    const say = call.json ? call.note : call.say;
    say(`${body.release} to ${body.environment}, plan ${planHash}`);
    for (const line of swapLines(body.plan)) say(line);
  }
  const path = apiPath(["promotions", id, "approvals"]);
  const { body } = await call.client.ask<Promotion>("POST", path, { body: { decision, planHash, reason: why } });
  return tell(call, body);
}

/** Answers with the promotion, and how it stands in words. */
export function tell(call: Invocation, promotion: Promotion): number {
  call.answer(promotion);
  for (const line of standLines(promotion)) call.say(line);
  return EXIT.ok;
}
