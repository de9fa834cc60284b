import { align } from "@/cli/align";
import type { Command, Invocation } from "@/cli/command";
import { EXIT, UsageError } from "@/cli/exit-codes";
import type { listPeopleOperation } from "@/lib/api/contract/people";
import type { AnswerBody } from "@/lib/api/operation";

type Person = AnswerBody<typeof listPeopleOperation>["items"][number];

const reason = { type: "string", value: "TEXT", about: "required; why" } as const;

export const personList: Command = {
  name: "person list",
  about: "list who has signed in, and whose access is revoked",
  args: [],
  options: {},
  async run(call) {
    const items = await people(call);
    call.answer({ items });
    for (const line of align(items.map(personLine))) call.say(line);
    return EXIT.ok;
  },
};

export const personRevoke: Command = {
  name: "person revoke",
  about: "take a person's access away: sessions, tokens and signatures that wait",
  args: ["PERSON"],
  options: { reason },
  more: ["PERSON is an id as the list shows it, or an address that one person has."],
  async run(call) {
    const body = { reason: call.required("reason"), person: await personOf(call) };
    const { body: revoked } = await call.client.ask<{ tokens: number }>("POST", "/people/revoke", { body });
    call.answer(revoked);
    call.say(`revoked, with ${revoked.tokens} ${revoked.tokens === 1 ? "token" : "tokens"}`);
    return EXIT.ok;
  },
};

export const personRestore: Command = {
  name: "person restore",
  about: "let a person sign in again",
  args: ["PERSON"],
  options: { reason },
  async run(call) {
    const body = { why: call.required("reason"), person: await personOf(call) };
    call.answer((await call.client.ask("POST", "/people/restore", { body })).body);
    call.say("restored");
    return EXIT.ok;
  },
};

async function people(call: Invocation): Promise<Person[]> {
  return (await call.client.ask<{ items: Person[] }>("GET", "/people")).body.items;
}

async function personOf(call: Invocation): Promise<string> {
  const text = call.args.PERSON ?? "";
  if (text.includes("#")) return text;
  const found = (await people(call)).filter((one) => one.email.toLowerCase() === text.toLowerCase());
  const [only, second] = found;
  if (only === undefined || text === "") throw new UsageError(`nobody has signed in with the address "${text}"`);
  if (second !== undefined) throw new UsageError(`${found.length} people have the address "${text}": give the id`);
  return only.id;
}

function personLine({ id, name, email, administrator, seenAt, revoked }: Person): string[] {
  const standing = revoked === null ? `signed in ${seenAt}` : `revoked ${revoked.at}: ${revoked.reason}`;
  return [id, name, email, administrator ? "administrator" : "", standing];
}
