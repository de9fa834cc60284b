import { z } from "zod";
import { type EventKind, eventKinds } from "@/lib/pipeline/notify/event-kind";
import { address } from "@/lib/pipeline/policy/address";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { emailAddress, name } from "@/lib/pipeline/policy/name";
import { type SecretReference, secretReference } from "@/lib/pipeline/policy/secret-reference";

/** Where notifications go. It holds references to secrets, never a secret; the address of a chat's webhook is one. */
export type Channel =
  | { kind: "slackWebhook"; webhook: SecretReference }
  | { kind: "slackApp"; connection: string; channel: string }
  | { kind: "email"; connection: string; to: string[] }
  | { kind: "teams"; webhook: SecretReference }
  | { kind: "webhook"; url: string; secret: SecretReference };

/** Who is told what. Without `environments` it is about all of them, and about what concerns none. */
export interface Subscription {
  on: EventKind[];
  environments?: string[];
  channel: Channel;
}

/** What tells one channel from another: two subscriptions with the same key tell the same people, and tell them once. */
export function channelKey(channel: Channel): string {
  switch (channel.kind) {
    case "slackWebhook":
      return `slack ${channel.webhook}`;
    case "slackApp":
      return `slack ${channel.connection} ${channel.channel}`;
    case "email":
      return `email ${channel.connection} ${channel.to.toSorted().join(" ")}`;
    case "teams":
      return `teams ${channel.webhook}`;
    case "webhook":
      return `webhook ${channel.url}`;
    default:
      return channel satisfies never;
  }
}

const slack = z
  .strictObject({
    webhook: secretReference.optional(),
    connection: name.optional(),
    // https://docs.slack.dev/reference/objects/conversation-object: C, or G for older private channels.
    channel: z
      .string()
      .regex(/^[CG][A-Z0-9]{7,20}$/)
      .meta({ description: "the id of a Slack channel, such as C0123ABCD45" })
      .optional(),
  })
  .superRefine(exactlyOne("webhook", "connection"))
  .superRefine((value, context) => {
    if ((value.connection === undefined) === (value.channel === undefined)) return;
    const allowed = "webhook alone, or connection and channel together";
    const path = [value.channel === undefined ? "connection" : "channel"];
    context.addIssue({ code: "custom", path, message: "stands alone", params: { allowed } });
  })
  .transform(
    ({ webhook, connection, channel }): Channel =>
      webhook !== undefined
        ? { kind: "slackWebhook", webhook }
        : // The checks have passed by now, so both are there.
          { kind: "slackApp", connection: connection as string, channel: channel as string },
  )
  .meta({
    description: "an incoming webhook of Slack, or a channel in which Waybill's app is",
    ...exactlyOneSchema("webhook", "connection"),
  });

const email = z
  .strictObject({
    connection: name,
    to: z.array(emailAddress).min(1).max(50).meta({ description: "a list of 1 to 50 e-mail addresses" }),
  })
  .transform((value): Channel => ({ kind: "email", ...value }))
  .meta({ description: "people who are written to, over a connection of kind smtp" });

const teams = z
  .strictObject({ webhook: secretReference })
  .transform((value): Channel => ({ kind: "teams", ...value }))
  .meta({ description: "a workflow of Microsoft Teams that is started by a webhook" });

const webhook = z
  .strictObject({ url: address, secret: secretReference })
  .transform((value): Channel => ({ kind: "webhook", ...value }))
  .meta({ description: "an address that is sent JSON, signed as Standard Webhooks says" });

/** `{ on: […], slack: {…} }` in the list `notify`. */
export const subscription = z
  .strictObject({
    on: z
      .array(z.enum(eventKinds))
      .min(1)
      .max(eventKinds.length)
      .meta({ description: `a list of events: ${eventKinds.join(", ")}` }),
    environments: z
      .array(name)
      .min(1)
      .meta({ description: "a list of at least one environment; leave it out for all" })
      .optional(),
    slack: slack.optional(),
    email: email.optional(),
    teams: teams.optional(),
    webhook: webhook.optional(),
  })
  .superRefine(exactlyOne("slack", "email", "teams", "webhook"))
  .transform(({ on, environments, slack, email, teams, webhook }): Subscription => {
    // exactlyOne has passed by now, so one of the four is there.
    const channel = (slack ?? email ?? teams ?? webhook) as Channel;
    return { on: [...new Set(on)], ...(environments === undefined ? {} : { environments }), channel };
  })
  .meta({ description: "who is told of which events", ...exactlyOneSchema("slack", "email", "teams", "webhook") });
