import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createHttpPost, retryAfter } from "@/lib/adapters/http-post/http-post";
import { createSlackWebhook } from "@/lib/adapters/slack/slack-webhook";
import { createTeams } from "@/lib/adapters/teams/teams";
import { type Receiver, startReceiver } from "@/lib/engine/notify/testing/receiver";
import { aMessage, hostile } from "@/lib/pipeline/notify/testing/a-message";
import type { Notifier } from "@/lib/ports/notifier";

const post = createHttpPost({ timeoutMs: 30_000 });
let receiver: Receiver;
let address: string;
beforeAll(async () => {
  receiver = await startReceiver();
  address = `${receiver.url}/services/T0/B0/very-secret-path`;
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answers = [];
});

const kinds: [string, (webhook: () => Promise<string>) => Notifier][] = [
  ["Slack's webhook", (webhook) => createSlackWebhook({ webhook, post })],
  ["Microsoft Teams", (webhook) => createTeams({ webhook, post })],
];
const delivery = { id: "1", message: aMessage() };
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => "sent",
    (error: unknown) => error,
  );

it("Slack's webhook gets blocks in which nothing that somebody wrote is a mention, a link or a mark", async () => {
  const said = await createSlackWebhook({ webhook: async () => address, post }).send(delivery);
  expect(said).toBe("answered 200");
  const { text, blocks } = JSON.parse(receiver.received[0]?.body ?? "");
  expect(text).toBe("Approval asked: api v1.1.0 → production. Rita asks for a yes to exactly this plan.");
  const fields: { text: string }[] = blocks.find((block: { fields?: unknown }) => block.fields).fields;
  const reason = fields.at(-1)?.text ?? "";
  expect(reason).toContain("&lt;!channel&gt;");
  expect(reason.replace("*because*", "")).not.toMatch(/[<>]|(?<!\u200b)[*_~`]/);
  // An incoming webhook belongs to no app that could be answered.
  expect(JSON.stringify(blocks)).not.toContain("button");
  const context = blocks.at(-1).elements[0].text;
  expect(context).toBe("<https://waybill.example.com/approvals/shop-1?plan=ab&amp;x=1|Open this plan>");
});

it("Teams gets an adaptive card in which nothing that somebody wrote is a link, a mark or a function", async () => {
  await createTeams({ webhook: async () => address, post }).send(delivery);
  const { type, attachments } = JSON.parse(receiver.received[0]?.body ?? "");
  expect(type).toBe("message");
  expect(attachments[0].contentType).toBe("application/vnd.microsoft.card.adaptive");
  const [title, , set] = attachments[0].content.body;
  expect(title.text).toBe("Approval asked: api v1.1.0 → production");
  const value: string = set.facts[1].value;
  expect(value).toContain("\\[x\\](https://evil.example)");
  expect(value).not.toContain("{{");
  expect(value).toContain("\\*b\\* \\_i\\_");
  expect(attachments[0].content.actions).toEqual([
    {
      type: "Action.OpenUrl",
      title: "Open this plan",
      url: "https://waybill.example.com/approvals/shop-1?plan=ab&x=1",
    },
  ]);
});

it.each(kinds)("%s: an answer that repeats the address is told without it", async (system, build) => {
  receiver.answers = [{ status: 403, body: `no_service at ${address} (/services/T0/B0/very-secret-path)` }];
  const error = await caught(build(async () => address).send(delivery));
  expect(error).toMatchObject({ code: "forbidden", retryable: false });
  expect(String(error)).toContain(`${system}: answered 403 (no_service at …`);
  expect(String(error)).not.toContain("very-secret-path");
});

it.each(kinds)("%s: asks to be left alone for as long as it says", async (_system, build) => {
  receiver.answers = [{ status: 429, headers: { "retry-after": "30" } }];
  const error = await caught(build(async () => address).send(delivery));
  expect(error).toMatchObject({ code: "rateLimited", retryable: true, retryAfterMs: 30_000 });
});

it.each(kinds)(
  "%s: what the reference holds is sent nothing where it is no https address, and is not repeated",
  async (_system, build) => {
    for (const wrong of ["hunter2", "http://hooks.example.com/x", `ftp://${hostile}`]) {
      const error = await caught(build(async () => wrong).send(delivery));
      expect(error).toMatchObject({ code: "misconfigured", retryable: false });
      expect(String(error)).not.toContain(wrong);
    }
    expect(receiver.received).toEqual([]);
  },
);

it("an address at which nobody listens gives no answer, and is not named", async () => {
  const gone = await startReceiver();
  await gone.close();
  const error = await caught(createTeams({ webhook: async () => `${gone.url}/very-secret-path`, post }).send(delivery));
  expect(error).toMatchObject({ code: "unavailable", retryable: true });
  expect(String(error)).toMatch(/gave no answer \(\w+\)/);
  expect(String(error)).not.toContain("very-secret-path");
});

it("an HTML page is not repeated", async () => {
  receiver.answers = [{ status: 502, body: "<html><title>Bad gateway</title>" }];
  const error = await caught(createTeams({ webhook: async () => address, post }).send(delivery));
  expect(String(error)).toContain("answered 502 (an HTML page)");
});

it.each([
  ["30", 30_000],
  ["Sun, 01 Mar 2026 10:01:00 GMT", 60_000],
  ["Sun, 01 Mar 2020 10:01:00 GMT", 0],
  ["999999999", 86_400_000],
  ["-1", undefined],
  ["soon", undefined],
  [null, undefined],
])("Retry-After %j is %j ms", (header, ms) => {
  expect(retryAfter(header, Date.parse("2026-03-01T10:00:00.000Z"))).toBe(ms);
});
