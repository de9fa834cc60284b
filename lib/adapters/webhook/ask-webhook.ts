import { signedHeaders } from "@/lib/adapters/webhook/signed-headers";
import {
  boundedRetryMs,
  readWebhookAnswer,
  UnreadableAnswer,
  type WebhookAnswer,
} from "@/lib/pipeline/gates/webhook-answer";
import { ExternalError } from "@/lib/ports/external-error";
import type { OutsideGate } from "@/lib/ports/outside-gate";
import type { Post } from "@/lib/ports/post";

export interface AskWebhookOptions {
  url: string;
  /** `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks writes it. */
  secret: () => Promise<string>;
  timeoutMs: number;
  post: Post;
  now(): string;
}

/**
 * Asks an outside system by a signed POST (https://www.standardwebhooks.com) whether a plan may go. The id and the body
 * stay the same when it is asked again. Only `{ "result": "pass" }` and nothing like it is a yes.
 */
export function createAskWebhook({ url, secret, timeoutMs, post, now }: AskWebhookOptions): OutsideGate {
  const system = `webhook ${new URL(url).host}`;
  return {
    async ask({ id, at, facts }, signal): Promise<WebhookAnswer> {
      const key = await secret();
      const body = JSON.stringify({ type: "gate.asked", timestamp: at, data: facts });
      const headers = signedHeaders({ system, secret: key, id, sentAt: new Date(now()), body });
      const limit = AbortSignal.timeout(timeoutMs);
      const bounded = signal ? AbortSignal.any([signal, limit]) : limit;
      try {
        return read(system, await post({ system, url, body, headers, secrets: [key], signal: bounded }));
      } catch (error) {
        const later = error instanceof ExternalError && error.retryable ? error.retryAfterMs : undefined;
        if (later === undefined) throw error;
        // It said when to come back: kept as an answer, so that nobody asks before.
        const message = error instanceof ExternalError ? error.message : null;
        return { result: "silence", message, retryAfterMs: boundedRetryMs(later) };
      }
    },
  };
}

function read(system: string, answer: Awaited<ReturnType<Post>>): WebhookAnswer {
  const no = (message: string, code: "badResponse" | "tooLarge" = "badResponse") =>
    new ExternalError({ system, code, message, retryable: true, status: answer.status });
  if (!answer.complete) throw no("its answer is longer than 4 kB", "tooLarge");
  if (answer.mediaType !== "application/json") throw no("its answer is not application/json");
  try {
    return readWebhookAnswer(answer.body);
  } catch (error) {
    throw error instanceof UnreadableAnswer ? no(error.message) : error;
  }
}
