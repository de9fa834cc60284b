import { randomUUID } from "node:crypto";
import { awaitPromotion, timeoutOf } from "@/cli/await-promotion";
import type { Command, Invocation, Option } from "@/cli/command";
import { exitCodeOf, type Promotion, standLines, swapLines } from "@/cli/promotion-lines";

const options: Record<string, Option> = {
  wait: { type: "boolean", about: "until it has ended; says each phase as it comes" },
  timeout: { type: "string", value: "TIME", about: "how long to wait, such as 30m; 1h unless told" },
  reason: { type: "string", value: "TEXT", about: "why, for the ledger" },
  severity: { type: "string", value: "P0", about: "P0 to P3; what a freeze may let pass, so it needs --reason" },
  plan: { type: "string", value: "HASH", about: "refuse if the plan is another one than this" },
  "idempotency-key": {
    type: "string",
    value: "KEY",
    about: "the same key is the same request, such as the id of a CI job; a new one unless told",
  },
};

export const promote: Command = {
  name: "promote",
  about: "bring a release to an environment",
  args: ["PROJECT", "RELEASE"],
  options: { to: { type: "string", value: "ENV", about: "required; the environment" }, ...options },
  more: ["Exits with 3 while it waits, and with 4 if --wait saw it go back or fail."],
  async run(call) {
    const { PROJECT: project, RELEASE: release } = call.args;
    return request(call, "/promotions", { project, release, environment: call.required("to") });
  },
};

export const rollBack: Command = {
  name: "rollback",
  about: "bring services back to what was verified before",
  args: ["PROJECT", "SERVICE…"],
  options: { in: { type: "string", value: "ENV", about: "required; the environment" }, ...options },
  async run(call) {
    const { PROJECT: project } = call.args;
    return request(call, "/rollbacks", { project, environment: call.required("in"), services: call.rest });
  },
};

async function request(call: Invocation, path: string, subject: Record<string, unknown>): Promise<number> {
  const timeoutMs = timeoutOf(call);
  const key = call.text("idempotency-key") ?? randomUUID();
  const { status, body } = await call.client.ask<Promotion>("POST", path, {
    body: { ...subject, reason: call.text("reason"), severity: call.text("severity"), planHash: call.text("plan") },
    headers: { "idempotency-key": key },
  });
  const tell = call.json ? call.note : call.say;
  const before = status === 201 ? "" : ", as requested before";
  tell(`${body.id}: ${body.release} to ${body.environment}${before}`);
  for (const line of swapLines(body.plan)) tell(line);
  if (call.flag("wait")) return awaitPromotion(call, body, timeoutMs);
  for (const line of standLines(body)) tell(line);
  call.answer(body);
  return exitCodeOf(body, false);
}
