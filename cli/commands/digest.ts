import { apiPath } from "@/cli/api-client";
import type { Command } from "@/cli/command";
import { EXIT } from "@/cli/exit-codes";

const reason = { type: "string", value: "TEXT", about: "required; why" } as const;
const place = ["PROJECT", "ENV", "SERVICE"];

export const block: Command = {
  name: "block",
  about: "keep a digest out of an environment",
  args: [...place, "DIGEST"],
  options: { reason },
  async run(call) {
    const { PROJECT: project, ENV: environment, SERVICE: service, DIGEST: digest } = call.args;
    const body = { project, environment, service, digest, reason: call.required("reason") };
    const { body: blocked } = await call.client.ask<{ id: string }>("POST", "/blocks", { body });
    call.answer(blocked);
    call.say(`${service} ${digest} is blocked in ${environment}: ${blocked.id}`);
    return EXIT.ok;
  },
};

export const unblock: Command = {
  name: "unblock",
  about: "lift a block",
  args: ["PROJECT", "BLOCK"],
  options: { reason },
  async run(call) {
    const { PROJECT: project, BLOCK: id } = call.args;
    const body = { project, block: id, why: call.required("reason") };
    call.answer((await call.client.ask("POST", "/unblocks", { body })).body);
    call.say(`${id} is lifted`);
    return EXIT.ok;
  },
};

export const pin: Command = {
  name: "pin",
  about: "keep a digest where it is: promotions of another one wait",
  args: [...place, "DIGEST"],
  options: { reason },
  async run(call) {
    const { PROJECT: project, ENV: environment, SERVICE: service, DIGEST: digest } = call.args;
    const body = { project, environment, service, digest, reason: call.required("reason") };
    call.answer((await call.client.ask("POST", "/pins", { body })).body);
    call.say(`${service} is pinned to ${digest} in ${environment}`);
    return EXIT.ok;
  },
};

export const resumeAutomation: Command = {
  name: "resume-automation",
  about: "let automatic promotion go on that a rollback stopped",
  args: place,
  options: { reason },
  async run(call) {
    const { PROJECT: project = "", ENV: environment = "", SERVICE: service = "" } = call.args;
    const path = apiPath(["automation-holds", project, environment, service], { why: call.required("reason") });
    call.answer((await call.client.ask("DELETE", path)).body);
    call.say(`${service} is promoted to ${environment} by itself again`);
    return EXIT.ok;
  },
};

export const unpin: Command = {
  name: "unpin",
  about: "lift the pin of a service in an environment",
  args: place,
  options: { reason },
  async run(call) {
    const { PROJECT: project = "", ENV: environment = "", SERVICE: service = "" } = call.args;
    const path = apiPath(["pins", project, environment, service], { why: call.required("reason") });
    call.answer((await call.client.ask("DELETE", path)).body);
    call.say(`${service} is not pinned in ${environment} any more`);
    return EXIT.ok;
  },
};
