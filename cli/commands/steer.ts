import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { tell } from "@/cli/commands/sign";
import type { Promotion } from "@/cli/promotion-lines";

const options = {
  service: { type: "string", value: "NAME", about: "which service, where several canaries could be meant" },
  step: { type: "string", value: "STEP", about: "where it stood when you looked (analyse:25): else nothing is done" },
  reason: { type: "string", value: "TEXT", about: "required; why" },
} as const;

function steer(name: string, about: string): Command {
  return {
    name,
    about,
    args: ["ID"],
    options,
    async run(call) {
      const path = apiPath(["promotions", call.args.ID ?? "", name]);
      const sent = { why: call.required("reason"), service: call.text("service"), step: call.text("step") };
      const { body } = await call.client.ask<Promotion>("POST", path, { body: sent });
      return tell(call, body);
    },
  };
}

export const pause = steer("pause", "hold a canary, or what a controller rolls out, where it is");
export const resume = steer("resume", "let a paused rollout go on");
export const skip = steer("skip", "end a canary's analysis without its pass");
export const promoteFully = steer("promote-fully", "skip every share, or step of a controller, that is left");
