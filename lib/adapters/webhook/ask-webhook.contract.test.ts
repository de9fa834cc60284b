import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpPost } from "@/lib/adapters/http-post/http-post";
import { createAskWebhook } from "@/lib/adapters/webhook/ask-webhook";
import { ExternalError } from "@/lib/ports/external-error";

// A real server over HTTP on loopback answers, and the receiving side's own library verifies what it was sent.

const secret = `whsec_${Buffer.from("a secret of thirty-two characters").toString("base64")}`;
const question = { id: "shop-7.abc.2", at: "2026-03-10T10:00:00.000Z", facts: { project: "shop", planHash: "abc" } };

interface Heard {
  headers: Record<string, string>;
  body: string;
  method: string | undefined;
}

let server: Server | undefined;
const heard: Heard[] = [];
afterEach(async () => {
  heard.length = 0;
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = undefined;
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function serve(answer: RequestListener): Promise<string> {
  const made = createServer(async (request, response) => {
    const body = await bodyOf(request);
    heard.push({ headers: request.headers as Record<string, string>, body, method: request.method });
    answer(request, response);
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/check`;
}

const saying =
  (
    body: string,
    status = 200,
    headers: Record<string, string> = { "content-type": "application/json" },
  ): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

function asking(url: string, more: { secret?: string; timeoutMs?: number } = {}) {
  return createAskWebhook({
    ...{ url, secret: async () => more.secret ?? secret, timeoutMs: more.timeoutMs ?? 30_000 },
    ...{ post: createHttpPost({ timeoutMs: 30_000 }), now: () => new Date().toISOString() },
  });
}

async function troubleOf(asked: Promise<unknown>): Promise<ExternalError> {
  const error = await asked.then(
    (value) => new Error(`answered ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ExternalError)) throw error;
  return error;
}

describe("an outside system that answers", () => {
  it.each([
    ['{"result":"pass"}', { result: "pass", message: null, retryAfterMs: null }],
    ['{"result":"fail","message":"frozen"}', { result: "fail", message: "frozen", retryAfterMs: null }],
    ['{"result":"wait","retryAfterSeconds":120}', { result: "wait", message: null, retryAfterMs: 120_000 }],
  ])("%s", async (body, read) => {
    const url = await serve(saying(body));
    expect(await asking(url).ask(question)).toEqual(read);
  });

  it("takes a media type with parameters", async () => {
    const url = await serve(saying('{"result":"pass"}', 200, { "content-type": "Application/JSON; charset=utf-8" }));
    expect(await asking(url).ask(question)).toMatchObject({ result: "pass" });
  });
});

describe("what it was sent", () => {
  it("verifies with the receiver's own library, and not once a byte of it is another", async () => {
    const url = await serve(saying('{"result":"pass"}'));
    await asking(url).ask(question);
    const [request] = heard;
    if (!request) throw new Error("nothing was sent");
    expect(request.method).toBe("POST");
    const receiver = new Webhook(secret);
    expect(receiver.verify(request.body, request.headers)).toEqual({
      ...{ type: "gate.asked", timestamp: question.at, data: question.facts },
    });
    expect(() => receiver.verify(request.body.replace("shop", "shap"), request.headers)).toThrow();
    expect(() => new Webhook(`whsec_${"A".repeat(32)}`).verify(request.body, request.headers)).toThrow();
    expect(JSON.stringify(heard)).not.toContain(secret.slice(6, 30));
  });

  it("is a recognisable replay when it is asked again: the same id and body", async () => {
    const url = await serve(saying('{"result":"wait"}'));
    await asking(url).ask(question);
    await asking(url).ask(question);
    const [first, again] = heard;
    expect(again?.headers["webhook-id"]).toBe(question.id);
    expect(again?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(again?.body).toBe(first?.body);
  });
});

describe("what is no answer, and never a pass", () => {
  const json = { "content-type": "application/json" };
  it.each<[string, RequestListener, string, RegExp]>([
    ["500, though it says pass", saying('{"result":"pass"}', 500), "unavailable", /answered 500/],
    ["404", saying("", 404), "notFound", /answered 404/],
    ["401", saying("", 401), "unauthorized", /answered 401/],
    ["no content", saying("", 204, {}), "badResponse", /not application\/json/],
    [
      "a page",
      saying('{"result":"pass"}', 200, { "content-type": "text/html" }),
      "badResponse",
      /not application\/json/,
    ],
    ["no media type", saying('{"result":"pass"}', 200, {}), "badResponse", /not application\/json/],
    ["garbage", saying("pass"), "badResponse", /is not JSON/],
    ["more than was asked for", saying('{"result":"pass","ok":true}'), "badResponse", /a key that is not known/],
    [
      "a body without end",
      saying(`{"result":"pass","message":"${"x".repeat(200_000)}"}`),
      "tooLarge",
      /longer than 4 kB/,
    ],
    ["spaces behind it", saying(`{"result":"pass"}${" ".repeat(5_000)}`), "tooLarge", /longer than 4 kB/],
    [
      "a redirect to the metadata of a cloud",
      saying("", 302, { location: "http://169.254.169.254/latest/meta-data/" }),
      "invalid",
      /redirects, which is not followed/,
    ],
    [
      "a redirect that carries an answer",
      saying('{"result":"pass"}', 307, { ...json, location: "/" }),
      "invalid",
      /redirects/,
    ],
  ])("%s", async (_, answer, code, message) => {
    const url = await serve(answer);
    const error = await troubleOf(asking(url).ask(question));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(heard).toHaveLength(1);
  });

  it("silence: it is given up in time", async () => {
    const url = await serve(() => undefined);
    const error = await troubleOf(asking(url, { timeoutMs: 100 }).ask(question));
    expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining("no complete answer in time") });
  });

  it("an answer that never ends: it is given up in time too", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, json).write('{"result":');
    });
    expect(await troubleOf(asking(url, { timeoutMs: 200 }).ask(question))).toMatchObject({ code: "timeout" });
  });

  it("a connection that breaks, and nobody at home", async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await troubleOf(asking(url).ask(question))).toMatchObject({ code: "unavailable", retryable: true });
    expect(await troubleOf(asking("http://127.0.0.1:1/").ask(question))).toMatchObject({ code: "unavailable" });
  });

  it.each([
    "http://169.254.169.254/check",
    "http://[fe80::1]/check",
    "http://[::ffff:a9fe:a9fe]/",
    "http://0xa9fea9fe/",
  ])("an address that is never asked: %s", async (url) => {
    expect(await troubleOf(asking(url).ask(question))).toMatchObject({ code: "refusedAddress" });
  });

  it("a secret that is none: nothing is sent, and it is not repeated", async () => {
    const url = await serve(saying('{"result":"pass"}'));
    const error = await troubleOf(asking(url, { secret: "hunter2" }).ask(question));
    expect(error).toMatchObject({ code: "misconfigured" });
    expect(error.message).not.toContain("hunter2");
    expect(heard).toEqual([]);
  });
});

describe("a system that says when to come back", () => {
  it.each([
    ["503", 503, "120", 120_000],
    ["429, sooner than it may", 429, "1", 10_000],
    ["503, much later", 503, "86400", 3_600_000],
  ])("%s", async (_, status, retryAfter, retryAfterMs) => {
    const url = await serve(saying("busy", status, { "retry-after": retryAfter }));
    expect(await asking(url).ask(question)).toMatchObject({
      ...{ result: "silence", retryAfterMs, message: expect.stringContaining(`answered ${status}`) },
    });
  });
});
