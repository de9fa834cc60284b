import type { KnownBlock } from "@slack/web-api";
import type { Message } from "@/lib/pipeline/notify/message";

/** What the buttons and the field are called in Slack's requests. */
export const buttonIds = { approve: "waybill.approve", reject: "waybill.reject", reason: "waybill.reason" } as const;

const marks: Record<Message["tone"], string> = { neutral: "", good: "✓ ", warning: "! ", bad: "✕ " };

// https://docs.slack.dev/reference/block-kit/blocks: 150 in a header, 10 fields of 2000, 3000 in a section, 75 on a button.
const headerMax = 150;
const fieldsMax = 10;

/** `✕ Urgent: title`, as the tone of the message is. */
function headline({ tone, urgent, title }: Message): string {
  return `${marks[tone]}${urgent ? "Urgent: " : ""}${title}`;
}

/** Plain text for where blocks are not shown: notifications on a phone. */
export function slackText(message: Message): string {
  return escapeSlack(`${headline(message)}. ${message.summary}`);
}

/** A message as blocks; with `buttons` it can be answered, where it asks for that. */
export function slackBlocks(message: Message, options: { buttons: boolean }): KnownBlock[] {
  const [first, ...others] = message.links;
  const facts = message.facts.slice(0, fieldsMax).map(({ name, value }) => {
    return { type: "mrkdwn" as const, text: `*${escapeSlack(name)}*\n${escapeSlack(value)}`, verbatim: true };
  });
  const links = [first, ...others].flatMap((link) =>
    link === undefined ? [] : [`<${escapeSlack(link.url)}|${escapeSlack(link.label).replaceAll("|", "¦")}>`],
  );
  const blocks: KnownBlock[] = [
    { type: "header", text: plain(cut(headline(message), headerMax)) },
    { type: "section", text: plain(message.summary || message.title) },
  ];
  if (facts.length > 0) blocks.push({ type: "section", fields: facts });
  if (options.buttons && message.answerable) blocks.push(...answerBlocks(message.answerable));
  if (links.length > 0) {
    blocks.push({ type: "context", elements: [{ type: "mrkdwn", text: links.join("  ·  "), verbatim: true }] });
  }
  return blocks;
}

/** The value of a button says which promotion and exactly which plan; the id keeps it apart from an older message's. */
function answerBlocks({ promotion, planHash }: NonNullable<Message["answerable"]>): KnownBlock[] {
  const value = JSON.stringify({ promotion, planHash });
  return [
    {
      type: "input",
      block_id: "waybill.reason",
      optional: true,
      label: plain("Reason (needed to reject)"),
      element: { type: "plain_text_input", action_id: buttonIds.reason, max_length: 2_000 },
    },
    {
      type: "actions",
      block_id: `waybill.${planHash.slice(0, 32)}`,
      elements: [
        { type: "button", action_id: buttonIds.approve, style: "primary", text: plain("Approve this plan"), value },
        { type: "button", action_id: buttonIds.reject, style: "danger", text: plain("Reject"), value },
      ],
    },
  ];
}

function plain(text: string) {
  return { type: "plain_text" as const, text, emoji: false };
}

function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`;
}

/**
 * `&`, `<` and `>` are Slack's only control characters (https://docs.slack.dev/messaging/formatting-message-text); the
 * marks of bold, code and the like are kept apart from what they would mark, so that they stay what was written.
 */
export function escapeSlack(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[*_~`]/g, (mark) => `\u200b${mark}\u200b`);
}
