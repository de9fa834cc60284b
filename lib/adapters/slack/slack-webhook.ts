import { slackBlocks, slackText } from "@/lib/adapters/slack/blocks";
import { secretAddress } from "@/lib/pipeline/notify/secret-address";
import { ExternalError } from "@/lib/ports/external-error";
import type { Notifier } from "@/lib/ports/notifier";
import type { Post } from "@/lib/ports/post";

export interface SlackWebhookOptions {
  /** The address of the incoming webhook; it is a secret itself. */
  webhook: () => Promise<string>;
  post: Post;
}

const system = "Slack's webhook";

/** Sends to an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks): no buttons. */
export function createSlackWebhook({ webhook, post }: SlackWebhookOptions): Notifier {
  return {
    async send({ message }, signal) {
      const url = secretAddress(await webhook());
      if (url === undefined) {
        const message = "what its reference leads to is no https address";
        throw new ExternalError({ system, code: "misconfigured", message, retryable: false });
      }
      const body = JSON.stringify({
        text: slackText(message),
        blocks: slackBlocks(message, { buttons: false }),
        unfurl_links: false,
      });
      const { status } = await post({ system, url, body, signal });
      return `answered ${status}`;
    },
  };
}
