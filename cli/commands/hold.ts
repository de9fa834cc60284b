import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";

const reason = { type: "string", value: "TEXT", about: "required; why" } as const;

export const hold: Command = {
  name: "hold",
  about: "stop the line: nothing new starts in an environment, or without ENV in the whole project",
  args: ["PROJECT", "[ENV]"],
  options: { reason },
  async run(call) {
    const { PROJECT: project, ENV: environment } = call.args;
    const body = { project, environment, reason: call.required("reason") };
    call.answer((await call.client.ask("POST", "/holds", { body })).body);
    call.say(environment === undefined ? `all of ${project} is held` : `${environment} is held`);
    return EXIT.ok;
  },
};

export const releaseHold: Command = {
  name: "release-hold",
  about: "lift the hold of an environment, or without ENV that of the whole project",
  args: ["PROJECT", "[ENV]"],
  options: { reason },
  async run(call) {
    const { PROJECT: project = "", ENV: environment } = call.args;
    const place = environment === undefined ? [project] : [project, environment];
    const path = apiPath(["holds", ...place], { why: call.required("reason") });
    call.answer((await call.client.ask("DELETE", path)).body);
    call.say(`${environment ?? `all of ${project}`} is not held any more`);
    return EXIT.ok;
  },
};
