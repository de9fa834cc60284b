import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";
import type { fireTriggerOperation } from "@/lib/api/contract/triggers";
import type { AnswerBody } from "@/lib/api/operation";

export const triggerFire: Command = {
  name: "trigger fire",
  about: "report that a trigger fired: what is in flight and names it goes back at once",
  args: ["NAME"],
  options: {
    project: { type: "string", value: "PROJECT", about: "the project; with --environment, in place of --promotion" },
    environment: { type: "string", value: "ENV", about: "whatever is in flight there" },
    promotion: { type: "string", value: "ID", about: "exactly this promotion" },
    service: { type: "string", value: "NAME", about: "about this service alone" },
    words: { type: "string", value: "TEXT", about: "required; what is wrong" },
    id: { type: "string", value: "ID", about: "required; your own id of what happened" },
    at: { type: "string", value: "MOMENT", about: "when it happened; now, unless told" },
  },
  more: [
    'waybill trigger fire circuit-breaker --project veza --environment production --id breaker-4711 --words "payments do not answer"',
  ],
  async run(call) {
    const place = { project: call.text("project"), environment: call.text("environment") };
    const body = {
      ...{ ...place, promotion: call.text("promotion"), service: call.text("service") },
      ...{ trigger: call.args.NAME ?? "", id: call.required("id"), words: call.required("words") },
      happenedAt: call.text("at") ?? new Date(call.surroundings.now()).toISOString(),
    };
    const answered = await call.client.ask<AnswerBody<typeof fireTriggerOperation>>("POST", "/triggers", { body });
    call.answer(answered.body);
    if (answered.status === 200) call.say("was reported before");
    for (const { promotion, phase, fired } of answered.body.promotions) {
      call.say(`${promotion} ${fired ? `is ${phase} now` : `was ${phase} already`}`);
    }
    return EXIT.ok;
  },
};
