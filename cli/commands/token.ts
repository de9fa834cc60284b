import { align } from "@/cli/align";
import { apiPath } from "@/cli/api-client";
import type { Command, Invocation } from "@/cli/command";
import { EXIT, UsageError } from "@/cli/exit-codes";
import type { createTokenOperation, listTokensOperation } from "@/lib/api/contract/tokens";
import type { AnswerBody } from "@/lib/api/operation";

type Created = AnswerBody<typeof createTokenOperation>;
type Token = AnswerBody<typeof listTokensOperation>["items"][number];

export const tokenCreate: Command = {
  name: "token create",
  about: "make a token; its secret is shown once",
  args: [],
  options: {
    project: { type: "string", value: "PROJECT", about: "required; * is every project" },
    role: {
      type: "string",
      value: "ROLE",
      about: "required; viewer, releaseManager, approver, overrider, administrator or alarm",
    },
    environment: {
      type: "string",
      multiple: true,
      value: "ENV",
      about: "where it counts, as often as needed; else everywhere",
    },
    label: { type: "string", value: "TEXT", about: "what it is for" },
    days: { type: "string", value: "N", about: "how long it is valid; 90 unless told" },
    local: { type: "boolean", about: "on the machine itself, with its database: for the first token" },
    person: { type: "string", value: "EMAIL", about: "with --local: whose token it is; they have signed in once" },
  },
  more: [
    "The secret alone goes to standard output: export WAYBILL_TOKEN=$(npm run -s waybill -- token create …)",
    "With --local it needs the database: DATABASE_URL, or Waybill running here.",
  ],
  async run(call) {
    const input = {
      project: call.required("project"),
      role: call.required("role"),
      environments: call.texts("environment").length === 0 ? null : call.texts("environment"),
      label: call.text("label") ?? "made with the CLI",
      expiresInDays: daysOf(call.text("days") ?? "90"),
    };
    const created = call.flag("local") ? await createLocally(call, input) : await createByApi(call, input);
    call.answer(created);
    call.say(created.secret);
    call.note(`${created.label}: valid until ${created.expiresAt}, id ${created.id}. The secret is shown this once.`);
    return EXIT.ok;
  },
};

export const tokenList: Command = {
  name: "token list",
  about: "list tokens of a project",
  args: ["PROJECT"],
  options: {},
  async run(call) {
    const { body } = await call.client.ask<{ items: Token[] }>(
      "GET",
      apiPath(["tokens"], { project: call.args.PROJECT }),
    );
    call.answer(body);
    for (const line of align(body.items.map(tokenLine))) call.say(line);
    if (body.items.length === 0) call.say("no tokens");
    return EXIT.ok;
  },
};

export const tokenRevoke: Command = {
  name: "token revoke",
  about: "make a token void at once",
  args: ["ID"],
  options: {},
  async run(call) {
    await call.client.ask("DELETE", apiPath(["tokens", call.args.ID ?? ""]));
    call.answer({ revoked: call.args.ID });
    call.say("revoked");
    return EXIT.ok;
  },
};

type Input = { project: string; role: string; environments: string[] | null; label: string; expiresInDays: number };

async function createByApi(call: Invocation, input: Input): Promise<Created> {
  if (call.text("person") !== undefined) throw new UsageError("--person belongs to --local; a token is its maker's");
  return (await call.client.ask<Created>("POST", "/tokens", { body: input })).body;
}

async function createLocally(call: Invocation, input: Input): Promise<Created> {
  const person = call.required("person");
  const { createTokenLocally } = await import("@/cli/local/create-token-locally");
  return createTokenLocally(call.surroundings, person, input);
}

function daysOf(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new UsageError(`--days is "${text}": expected a whole number of days`);
  return Number(text);
}

function tokenLine(token: Token): string[] {
  const where = token.environments.length === 0 ? "everywhere" : token.environments.join(" ");
  const standing = token.revokedAt === null ? `until ${token.expiresAt}` : `revoked ${token.revokedAt}`;
  return [token.id, token.label, `${token.role} ${where}`, token.ownerName ?? token.owner, standing];
}
