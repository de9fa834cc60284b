import type { Message } from "@/lib/pipeline/notify/message";
import { secretAddress } from "@/lib/pipeline/notify/secret-address";
import { ExternalError } from "@/lib/ports/external-error";
import type { Notifier } from "@/lib/ports/notifier";
import type { Post } from "@/lib/ports/post";

export interface TeamsOptions {
  /** The address of the workflow; it is a secret itself. */
  webhook: () => Promise<string>;
  post: Post;
}

const system = "Microsoft Teams";
const colors: Record<Message["tone"], string> = {
  neutral: "Default",
  good: "Good",
  warning: "Warning",
  bad: "Attention",
};

/** Sends an adaptive card to a workflow that starts "when a Teams webhook request is received". */
export function createTeams({ webhook, post }: TeamsOptions): Notifier {
  return {
    async send({ message }, signal) {
      const url = secretAddress(await webhook());
      if (url === undefined) {
        const message = "what its reference leads to is no https address";
        throw new ExternalError({ system, code: "misconfigured", message, retryable: false });
      }
      const { status } = await post({ system, url, body: JSON.stringify(teamsCard(message)), signal });
      return `answered ${status}`;
    },
  };
}

/** The request's body: one card, whose only moving parts are links. Adaptive Cards 1.4, as Teams' workflows take it. */
export function teamsCard(message: Message) {
  const text = (words: string, more: object = {}) => ({
    type: "TextBlock",
    text: escapeCard(words),
    wrap: true,
    ...more,
  });
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      text(`${message.urgent ? "Urgent: " : ""}${message.title}`, {
        weight: "Bolder",
        size: "Medium",
        color: colors[message.tone],
      }),
      text(message.summary),
      {
        type: "FactSet",
        facts: message.facts.map(({ name, value }) => ({ title: escapeCard(name), value: escapeCard(value) })),
      },
    ],
    actions: message.links.map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })),
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return { type: "message", attachments: [attachment] };
}

/**
 * Text blocks and facts read a part of Markdown (links, emphasis, lists) and functions such as {{DATE(…)}}: nothing of
 * either is meant. https://adaptivecards.microsoft.com/?topic=text-features
 */
function escapeCard(text: string): string {
  return text
    .replace(/[\\`*_[\]]/g, (mark) => `\\${mark}`)
    .replace(/^(\s*)([-+#]|\d+[.)])/, "$1\u200b$2")
    .replaceAll("{{", "{\u200b{");
}
