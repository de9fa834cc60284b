import { Webhook } from "standardwebhooks";
import { ExternalError } from "@/lib/ports/external-error";
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
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
        "webhook-signature": signerOf(system, key).sign(id, sentAt, body),
      };
      const { status } = await post({ system, url, body, headers, secrets: [key], signal });
      return `answered ${status}`;
    },
  };
}

/** Only what is made to be one signs: so nobody can have another of Waybill's secrets signed with, and guess it. */
function signerOf(system: string, secret: string): Webhook {
  const form = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/.exec(secret);
  const bytes = Buffer.from(form?.[1] ?? "", "base64").byteLength;
  if (form === null || bytes < 24 || bytes > 64) {
    const message = "its secret must be whsec_ and 24 to 64 bytes in base64";
    throw new ExternalError({ system, code: "misconfigured", message, retryable: false });
  }
  return new Webhook(secret);
}
