import { loadStoredPerson } from "@/lib/auth/people";
import type { PersonPrincipal } from "@/lib/auth/principal";
import { approve } from "@/lib/commands/approve";
import type { CommandContext, Refusal } from "@/lib/commands/context";
import { reject } from "@/lib/commands/reject";
import type { Told } from "@/lib/commands/tell-promotion";
import { sql } from "@/lib/db/sql";
import { isKnownError, Unauthenticated } from "@/lib/pipeline/errors";
import { planLink, promotionLink } from "@/lib/pipeline/notify/links";
import { nameOf } from "@/lib/pipeline/notify/words";
import type { ConnectionDocument } from "@/lib/pipeline/policy/connection";
import type { SlackConnection } from "@/lib/pipeline/policy/message-connection";
import { sameAddress } from "@/lib/pipeline/policy/same-address";
import type { ChatAnswer, SignedRequest } from "@/lib/ports/chat-app";

/** A signed request, and the connection that its address names. */
export interface ChatRequest extends SignedRequest {
  connection: string;
}

/** What whoever pressed the button is told. `promotion` is set where their answer was recorded. */
export interface ChatAnswered {
  kind: "answered";
  replyTo: string;
  project: string;
  words: string;
  link: { label: string; url: string };
  promotion: string | undefined;
}

/**
 * A person's yes or no, given by a button in a chat. The request must be signed by the chat, lately, and counts once. Who
 * pressed is known by the connection's list of users alone; from there on it is the same command as on the page, with
 * the rights of this moment and without a recent sign-in. Throws Unauthenticated for what is not proven to be the chat's.
 */
export async function answerFromChat(
  context: CommandContext & { publicUrl: string },
  request: ChatRequest,
): Promise<ChatAnswered | { kind: "ignored" }> {
  const { pool, world } = context;
  const [row] = await pool.query<{ projects: string[]; spec: ConnectionDocument }>(
    sql`select projects, spec from connection where name = ${request.connection} and kind = 'slack'`,
  );
  const [first] = row?.projects ?? [];
  if (first === undefined || row?.spec.kind !== "slack") throw new Unauthenticated("no such connection");
  const read = await (await world.chat(first, request.connection)).readAnswer(request, context.now());
  if (read.kind === "forged") throw new Unauthenticated(`a request of Slack: ${read.why}`);
  await countOnce(context, read.signature);
  if (read.kind === "nothing") return { kind: "ignored" };
  return answer(context, { answer: read.answer, projects: row.projects, chat: row.spec });
}

/** Throws Unauthenticated for a request that was here before: somebody sends again what they overheard. */
async function countOnce({ pool }: CommandContext, signature: string): Promise<void> {
  const isNew = await pool.execute(
    sql`insert into chat_request (signature) values (${signature}) on conflict do nothing`,
  );
  if (isNew !== 1) throw new Unauthenticated("a request of Slack: it was here before");
  await pool.execute(sql`delete from chat_request where received_at < now() - interval '1 hour'`);
}

interface Pressed {
  answer: ChatAnswer;
  projects: string[];
  chat: SlackConnection;
}

async function answer(
  context: CommandContext & { publicUrl: string },
  { answer, projects, chat }: Pressed,
): Promise<ChatAnswered> {
  const { promotion, planHash, decision, reason, replyTo } = answer;
  const link = { label: "Open this plan", url: planLink(context.publicUrl, promotion, planHash) };
  const [first = ""] = projects;
  const said = (words: string, more: Partial<ChatAnswered> = {}): ChatAnswered => {
    return { kind: "answered", replyTo, project: first, words, link, promotion: undefined, ...more };
  };
  const person = await personBehind(context, chat, answer);
  if (typeof person === "string") return said(person);
  // An app answers for the projects that its connection lists, whoever presses.
  const [row] = await context.pool.query<{ project: string }>(
    sql`select project from promotion where id = ${promotion} and project = any(${projects})`,
  );
  if (!row) return said(notAvailable);
  const outcome = await decide(context, person, answer);
  if (typeof outcome === "string") return said(outcome);
  if (outcome.kind === "rejection") return said(`Not ${decided[decision]}: ${outcome.message}.`);
  const because = reason.trim() === "" ? "" : " with your reason";
  const words = `${nameOf({ kind: "person", id: person.id, name: person.name })}, you ${decided[decision]} it${because}.`;
  const opened = { label: "Promotion", url: promotionLink(context.publicUrl, promotion) };
  return said(words, { link: opened, promotion });
}

const decided = { approve: "approved", reject: "rejected" } as const;
const notAvailable = "It does not exist, or you may not do this with it.";

async function decide(
  context: CommandContext,
  person: PersonPrincipal,
  { decision, promotion, planHash, reason }: ChatAnswer,
): Promise<Told | Refusal | string> {
  try {
    return decision === "approve"
      ? await approve(context, person, { promotion, planHash, ...(reason.trim() === "" ? {} : { reason }) }, "chat")
      : await reject(context, person, { promotion, planHash, why: reason }, "chat");
  } catch (error) {
    if (!isKnownError(error)) throw error;
    if (error.kind === "invalidInput") return error.issues.map((issue) => issue.message).join("; ");
    if (error.kind === "notFound" || error.kind === "forbidden") return notAvailable;
    throw error;
  }
}

/** The one person whom the connection names for this user of its workspace, or words that say why there is none. */
async function personBehind(
  { pool }: CommandContext,
  chat: SlackConnection,
  { team, user }: ChatAnswer,
): Promise<PersonPrincipal | string> {
  const unknown = "Waybill does not know who you are in this workspace. Sign in and answer there.";
  const listed = team === chat.team ? chat.people.find((one) => one.user === user) : undefined;
  if (listed === undefined) return unknown;
  const rows = await pool.query<{ id: string; email: string }>(
    sql`select id, email from person where lower(email) = ${listed.email} and (revoked_at is null or revoked_at <= seen_at)`,
  );
  const found = rows.filter((one) => sameAddress(one.email, listed.email));
  const [only] = found;
  if (only === undefined || found.length > 1) return unknown;
  return (await loadStoredPerson(pool, only.id))?.principal ?? unknown;
}
