import { z } from "zod";
import { address } from "@/lib/pipeline/policy/address";
import { isLoopback, type Login, wholeLogin } from "@/lib/pipeline/policy/login";
import { emailAddress } from "@/lib/pipeline/policy/name";
import { type SecretReference, secretReference } from "@/lib/pipeline/policy/secret-reference";

/** Who somebody in a Slack workspace is. The name that they show there is their own to choose, and counts for nothing. */
export interface SlackPerson {
  user: string;
  /** As sign-in vouches for it, in lower case. */
  email: string;
}

/** Waybill's app in one Slack workspace. */
export interface SlackConnection {
  kind: "slack";
  /** The workspace: a user's id counts in it alone. */
  team: string;
  token: SecretReference;
  signingSecret: SecretReference;
  people: SlackPerson[];
  /** Where the Web API is, with a slash at the end. */
  api: string;
}

/** A server that takes e-mails. */
export interface SmtpConnection extends Login {
  kind: "smtp";
  host: string;
  port: number;
  from: string;
  /** startTls: refused where the server does not offer it. implicit: TLS from the first byte. none: readable on the way. */
  security: "startTls" | "implicit" | "none";
}

const slackPerson = z.strictObject({
  // https://docs.slack.dev/reference/objects/user-object: U, or W in an enterprise.
  user: z
    .string()
    .regex(/^[UW][A-Z0-9]{7,20}$/)
    .meta({ description: "the id of a Slack user, such as U0123ABCD45" }),
  email: emailAddress,
});

/** `slack: {…}` of a connection. */
export const slack = z
  .strictObject({
    team: z
      .string()
      .regex(/^T[A-Z0-9]{7,20}$/)
      .meta({ description: "the id of a Slack workspace, such as T0123ABCD45" }),
    token: secretReference,
    signingSecret: secretReference,
    people: z.array(slackPerson).max(500).default([]),
    api: address
      .refine((text) => !URL.canParse(text) || new URL(text).pathname.endsWith("/"), { message: "does not end with /" })
      .default("https://slack.com/api/")
      .meta({ description: "where Slack's Web API is, with a / at the end: https://slack.com/api/" }),
  })
  .superRefine((value, context) => {
    const seen = new Set<string>();
    for (const [index, { user }] of value.people.entries()) {
      const path = ["people", index, "user"];
      const params = { allowed: "one person for each user" };
      if (seen.has(user)) context.addIssue({ code: "custom", path, message: "is named twice", params });
      seen.add(user);
    }
    if (!URL.canParse(value.api)) return;
    const { protocol, hostname } = new URL(value.api);
    if (protocol === "https:" || isLoopback(hostname)) return;
    const message = "is plain http, so that anyone on the way could read the token";
    context.addIssue({ code: "custom", path: ["api"], message, params: { allowed: "https://" } });
  })
  .transform((value): SlackConnection => ({ kind: "slack", ...value }))
  .meta({ description: "Waybill's app in a Slack workspace, with buttons" });

/** `smtp: {…}` of a connection. */
export const smtp = z
  .strictObject({
    host: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/)
      .meta({ description: "a host name or an IPv4 address" }),
    port: z.int().min(1).max(65_535).default(587).meta({ description: "a port from 1 to 65535" }),
    from: emailAddress.meta({ description: "the e-mail address that Waybill writes from" }),
    security: z
      .enum(["startTls", "implicit", "none"])
      .default("startTls")
      .meta({ description: "startTls, implicit (TLS from the first byte, port 465), or none" }),
    username: secretReference.optional(),
    password: secretReference.optional(),
  })
  .superRefine(wholeLogin)
  .superRefine((value, context) => {
    if (value.security !== "none" || value.username === undefined || isLoopback(value.host)) return;
    context.addIssue({
      code: "custom",
      path: ["security"],
      message: "is none, so that anyone on the way could read the password",
      params: { allowed: "startTls or implicit, or no user name" },
    });
  })
  .transform((value): SmtpConnection => ({ kind: "smtp", ...value }))
  .meta({ description: "a server that takes e-mails" });
