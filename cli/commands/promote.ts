import { randomUUID } from "node:crypto";
import { apiPath } from "@/cli/api-client";
import { awaitPromotion, timeoutOf } from "@/cli/await-promotion";
import type { Command, Invocation, Option } from "@/cli/command";
import { UsageError } from "@/cli/exit-codes";
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
  about: "bring a release to an environment, or several at once",
  args: ["PROJECT", "RELEASE…"],
  options: {
    to: { type: "string", value: "ENV", about: "required; the environment" },
    at: { type: "string", value: "TIME", about: "not before this moment, such as 2026-11-27T09:00:00Z" },
    ...options,
  },
  more: [
    "Several releases are one promotion each: all of them are asked for, or none.",
    "Exits with 3 while it waits, and with 4 if --wait saw it go back or fail.",
  ],
  async run(call) {
    const { PROJECT: project } = call.args;
    const [release, ...more] = call.rest;
    const notBefore = call.text("at");
    const subject = { project, environment: call.required("to"), notBefore };
    if (more.length > 0) return requestTogether(call, { ...subject, releases: call.rest });
    return request(call, "/promotions", { ...subject, release });
  },
};

export const retry: Command = {
  name: "retry",
  about: "ask again for exactly the plan of one that failed, went back, expired or was stopped",
  args: ["PROMOTION"],
  options: Object.fromEntries(Object.entries(options).filter(([name]) => name !== "severity" && name !== "plan")),
  async run(call) {
    const { PROMOTION: id = "" } = call.args;
    return request(call, apiPath(["promotions", id, "retry"]), {});
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

/** One promotion a release; it waits for none of them. */
async function requestTogether(call: Invocation, subject: Record<string, unknown>): Promise<number> {
  if (call.flag("wait") || call.text("plan") !== undefined) {
    throw new UsageError("--wait and --plan are for one release");
  }
  const key = call.text("idempotency-key") ?? randomUUID();
  const { body } = await call.client.ask<{ items: Promotion[] }>("POST", "/promotion-sets", {
    body: { ...subject, reason: call.text("reason"), severity: call.text("severity") },
    headers: { "idempotency-key": key },
  });
  for (const one of body.items) {
    call.say(`${one.id}: ${one.release} to ${one.environment}`);
    for (const line of standLines(one)) call.say(line);
  }
  call.answer(body);
  return Math.max(...body.items.map((one) => exitCodeOf(one, false)));
}

/** What the API's body names only where it is said. */
function askedAs(call: Invocation): Record<string, string | undefined> {
  return { severity: call.text("severity"), planHash: call.text("plan") };
}

async function request(call: Invocation, path: string, subject: Record<string, unknown>): Promise<number> {
  const timeoutMs = timeoutOf(call);
  const key = call.text("idempotency-key") ?? randomUUID();
  const { status, body } = await call.client.ask<Promotion>("POST", path, {
    body: { ...subject, reason: call.text("reason"), ...askedAs(call) },
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
