import { signedHeaders } from "@/lib/adapters/webhook/signed-headers";
import type { Notifier } from "@/lib/ports/notifier";
import type { Post } from "@/lib/ports/post";

export interface WebhookOptions {
  url: string;
  /** `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks writes it. */
  secret: () => Promise<string>;
  post: Post;
  now(): string;
}

/**
 * Sends events as JSON, signed as Standard Webhooks says (https://www.standardwebhooks.com): the id stays the same when
 * an event is sent again, so that a receiver can tell.
 */
export function createWebhook({ url, secret, post, now }: WebhookOptions): Notifier {
  const system = `webhook ${new URL(url).host}`;
  return {
    async send({ id, message }, signal) {
      const key = await secret();
      const sentAt = new Date(now());
      const { occasion, at, answerable: _, ...data } = message;
      const body = JSON.stringify({ type: occasion, timestamp: at, data });
      const headers = signedHeaders({ system, secret: key, id, sentAt, body });
      const { status } = await post({ system, url, body, headers, secrets: [key], signal });
      return `answered ${status}`;
    },
  };
}
