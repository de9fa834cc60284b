import { randomUUID } from "node:crypto";
import pino from "pino";
import { problemResponse } from "@/lib/api/problem";
import { readBody, UnreadableRequest } from "@/lib/api/read-body";
import { answerFor } from "@/lib/auth/error-answer";
import { answerFromChat, type ChatAnswered } from "@/lib/commands/answer-from-chat";
import { afterCommand } from "@/lib/engine/after-command";
import { getEngine } from "@/lib/engine/compose";
import type { Engine } from "@/lib/engine/engine";
import { isKnownError } from "@/lib/pipeline/errors";

export const dynamic = "force-dynamic";

const logger = pino({ level: process.env.LOG_LEVEL ?? "info", base: { part: "slack" } });
const bodyBytesMax = 256 * 1024;
const replyMs = 5_000;

/** Somebody pressed a button under a message in Slack. Slack waits three seconds: what takes longer goes on after. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ connection: string }> },
): Promise<Response> {
  const { connection } = await params;
  try {
    const { text: body } = await readBody(request, ["application/x-www-form-urlencoded"], bodyBytesMax);
    const engine = getEngine();
    const timestamp = request.headers.get("x-slack-request-timestamp");
    const signature = request.headers.get("x-slack-signature");
    const answered = await answerFromChat(engine, { connection, body, timestamp, signature });
    if (answered.kind === "answered") void followUp(engine, connection, answered);
    return new Response(null, { status: 200, headers: { "cache-control": "no-store" } });
  } catch (error) {
    if (error instanceof UnreadableRequest) return problemResponse(error.answer);
    const reference = randomUUID();
    if (!isKnownError(error) || error.kind === "invariantViolation") logger.error({ err: error, reference }, "failed");
    else logger.warn({ reference, why: error.message, connection }, "an answer from Slack is refused");
    return problemResponse(answerFor(error, reference));
  }
}

/** Tells whoever pressed what came of it, and begins what follows. What was recorded stands, whatever fails here. */
async function followUp(engine: Engine, connection: string, answered: ChatAnswered): Promise<void> {
  const { project, replyTo, words, link, promotion } = answered;
  try {
    const chat = await engine.world.chat(project, connection);
    await chat.reply(replyTo, { words, link }, AbortSignal.timeout(replyMs));
  } catch (error) {
    logger.warn({ err: error, connection }, "whoever pressed could not be told");
  }
  await afterCommand(promotion);
}
