import {
  type FetchFunction,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";
import { escapeSlack, slackBlocks, slackText } from "@/lib/adapters/slack/blocks";
import { readInteraction } from "@/lib/adapters/slack/interaction";
import { verifySignature } from "@/lib/adapters/slack/signature";
import { guardedFetch, refusedAddressIn } from "@/lib/net/guarded-fetch";
import type { ChatApp } from "@/lib/ports/chat-app";
import { ExternalError, type ExternalErrorCode } from "@/lib/ports/external-error";
import type { Post } from "@/lib/ports/post";

export interface SlackAppOptions {
  /** The connection's name. */
  name: string;
  /** Where the Web API is, with a slash at the end. */
  api: string;
  token: () => Promise<string>;
  signingSecret: () => Promise<string>;
  post: Post;
  timeoutMs: number;
}

/** Where Slack's own answers go, beside the host of the API that the connection names. */
const replyHosts = ["https://hooks.slack.com", "https://hooks.slack-gov.com"];

/** Waybill's app in one Slack workspace. Secrets are asked for at each call. */
export function createSlackApp(options: SlackAppOptions): ChatApp {
  const system = `Slack app ${options.name}`;
  const client = async () =>
    new WebClient(await options.token(), {
      slackApiUrl: options.api,
      allowAbsoluteUrls: false,
      // The outbox tries again by itself, and tells meanwhile why.
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: options.timeoutMs,
      logger: silent,
      fetch: outboundFetch,
    });
  return {
    channel: (channel) => ({
      async send({ message }) {
        const web = await client();
        const blocks = slackBlocks(message, { buttons: true });
        const asked = { channel, text: slackText(message), blocks, unfurl_links: false, unfurl_media: false };
        const answer = await web.chat.postMessage(asked).catch((error: unknown) => fail(system, error));
        return `posted as ${answer.ts ?? "a message"}`;
      },
      async change(ts, message) {
        const web = await client();
        const asked = { channel, ts, text: slackText(message), blocks: slackBlocks(message, { buttons: true }) };
        await web.chat.update(asked).catch((error: unknown) => fail(system, error));
      },
    }),
    async check() {
      const web = await client();
      await web.auth.test().catch((error: unknown) => fail(system, error));
    },
    async readAnswer(request, now) {
      const why = verifySignature(request, await options.signingSecret(), now);
      return why === undefined ? readInteraction(request) : { kind: "forged", why };
    },
    async reply(to, { words, link }, signal) {
      if (!URL.canParse(to) || ![...replyHosts, new URL(options.api).origin].includes(new URL(to).origin)) {
        const message = "asked for an answer at another place than Slack";
        throw new ExternalError({ system, code: "refusedAddress", message, retryable: false });
      }
      const text = `${escapeSlack(words)} <${escapeSlack(link.url)}|${escapeSlack(link.label)}>`;
      const body = JSON.stringify({ response_type: "ephemeral", replace_original: false, text });
      await options.post({ system, url: to, body, signal });
    },
  };
}

/** The one place where this adapter reaches the Web API. */
const outboundFetch: FetchFunction = (url, { method, headers, body, signal } = {}) => {
  // Files are never sent, and a body of any other kind is a text.
  if (typeof body !== "string") throw new TypeError("only texts are sent to Slack");
  return guardedFetch(url, { method, headers, body, signal });
};

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => "error" as never,
  setName: () => undefined,
};

const platformCodes: Record<string, ExternalErrorCode> = {
  invalid_auth: "unauthorized",
  not_authed: "unauthorized",
  token_revoked: "unauthorized",
  token_expired: "unauthorized",
  account_inactive: "unauthorized",
  missing_scope: "forbidden",
  not_in_channel: "forbidden",
  channel_not_found: "notFound",
};
const passing = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout"]);

/** Slack's own word for it (`not_in_channel`) is what its documentation explains; nothing else of an answer is repeated. */
function fail(system: string, error: unknown): never {
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = error.retryAfter * 1_000;
    throw new ExternalError({ system, code: "rateLimited", message: "answered 429", retryable: true, retryAfterMs });
  }
  if (error instanceof WebAPIPlatformError) {
    const word = /^[a-z_]{1,60}$/.test(error.data.error) ? error.data.error : "an error";
    const code = platformCodes[word] ?? "invalid";
    const retryable = passing.has(word);
    throw new ExternalError({ system, code: retryable ? "unavailable" : code, message: `answered ${word}`, retryable });
  }
  if (error instanceof WebAPIHTTPError) {
    const retryable = error.statusCode >= 500;
    const message = `answered ${error.statusCode}`;
    throw new ExternalError({ system, code: retryable ? "unavailable" : "badResponse", message, retryable });
  }
  const refused = refusedAddressIn(error instanceof WebAPIRequestError ? error.original : error);
  if (refused) throw new ExternalError({ system, code: "refusedAddress", message: refused.why, retryable: false });
  throw new ExternalError({ system, code: "unavailable", message: "gave no answer", retryable: true });
}
