import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createHttpJobs } from "@/lib/adapters/http-job/http-jobs";
import type { HttpJob } from "@/lib/pipeline/policy/http-job";

const facts = {
  ...{ project: "veza", service: "api", environment: "staging", namespace: "veza-staging", workload: "api" },
  ...{ digest: "sha256:ab", version: "v1", promotion: "veza-7" },
};
const order = { key: "a".repeat(64), facts };
const job: HttpJob = {
  ...{ kind: "http", start: "/runs", state: "$.state", succeeded: ["ok"], failed: ["bad"] },
  ...{ timeoutMs: 60_000, onInconclusive: "rollBack" },
};
let server: Server;
let origin = "";
let seen: { method: string; url: string; headers: IncomingMessage["headers"] }[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  process.env.WAYBILL_OUTBOUND = "loopback";
  server = createServer((request, response) => {
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  seen = [];
});

const jobs = (timeoutMs = 30_000) =>
  createHttpJobs({
    ...{ system: "jobs tests", origin, timeoutMs },
    credentials: async () => ({ authorization: "Bearer s3cret-s3cret", "private-token": "t0ken-t0ken" }),
  });
const reply = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  answer = (_, response) =>
    void response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
};

describe("the start of a job", () => {
  it("is a POST with its key and the credentials, and an answer that says where it is found", async () => {
    reply(202, {}, { location: "/runs/1" });
    const started = await jobs().start(job, order);
    expect(started).toMatchObject({ kind: "started", handle: { status: `${origin}/runs/1` } });
    expect(seen).toMatchObject([
      {
        ...{ method: "POST", url: "/runs" },
        headers: {
          ...{ "idempotency-key": order.key, authorization: "Bearer s3cret-s3cret", "private-token": "t0ken-t0ken" },
          "content-type": "application/json",
        },
      },
    ]);
  });

  it.each([
    ["another host", { location: "http://169.254.169.254/latest" }],
    ["another port", { location: "http://127.0.0.1:1/runs/1" }],
    ["another host without a scheme", { location: "//example.com/runs/1" }],
    ["another scheme", { location: "file:///etc/passwd" }],
  ])("whose answer leads to %s is lost, and nobody goes there", async (_, headers) => {
    reply(202, {}, headers);
    expect(await jobs().start(job, order)).toMatchObject({ kind: "lost", words: expect.stringContaining("origin") });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, Partial<HttpJob>, object, string]>([
    ["Location", {}, {}, "/runs/1?code=5ystem-k3y"],
    ["Location, relative to the start", {}, {}, "?code=5ystem-k3y"],
    ["Location, beside the start's own", { start: "/runs?v=1" }, {}, "/runs/1?v=1&code=5ystem-k3y"],
    ["body", { status: "$.url" }, { url: "/runs/1?code=5ystem-k3y" }, "/runs/1"],
    ["Location, as a user", {}, {}, "//me:5ystem-k3y@{host}/runs/1"],
  ])(
    "whose answer has a key in the address of its %s is lost, and nothing of it is kept",
    async (_, more, body, at) => {
      reply(202, body, { location: at.replace("{host}", new URL(origin).host) });
      const started = await jobs().start({ ...job, ...more }, order);
      expect(started).toMatchObject({ kind: "lost" });
      expect(JSON.stringify(started)).not.toContain("5ystem");
      if (!at.includes("@"))
        expect(started).toMatchObject({ words: expect.stringContaining("give `status` as an address") });
    },
  );

  it.each<[string, Partial<HttpJob>, string, string]>([
    ["the project file wrote itself", { status: "/runs/{$.id}?v=1" }, "/x?code=5ystem-k3y", "/runs/7?v=1"],
    ["the start had already", { start: "/runs?v=1" }, "/runs/1?v=1", "/runs/1?v=1"],
    ["is none, with a fragment that nobody sends", {}, "/runs/1#5ystem-k3y", "/runs/1"],
  ])("takes a query that %s", async (_, more, location, path) => {
    reply(202, { id: 7 }, { location });
    const started = await jobs().start({ ...job, ...more }, order);
    expect(started).toMatchObject({ kind: "started", handle: { status: `${origin}${path}` } });
    expect(JSON.stringify(started)).not.toContain("5ystem");
  });

  it("whose answer names half of a character as its id is lost", async () => {
    reply(202, '{"id":"\\ud83d"}');
    expect(await jobs().start({ ...job, status: "/runs/{$.id}" }, order)).toMatchObject({ kind: "lost" });
  });

  it.each([301, 400, 401, 403, 404, 422])("answered %i is a no that asking again does not change", async (status) => {
    reply(status, { message: "s3cret-s3cret is not welcome" }, { location: "http://127.0.0.1:1/" });
    const started = await jobs().start(job, order);
    expect(started).toMatchObject({ kind: "lost", words: expect.stringContaining(`answered ${status}`) });
    expect(JSON.stringify(started)).not.toContain("s3cret");
    expect(seen).toHaveLength(1);
  });

  it.each([408, 409, 425, 429, 500, 503])("answered %i may be asked again", async (status) => {
    reply(status, "");
    await expect(jobs().start(job, order)).rejects.toMatchObject({ retryable: true });
  });

  it("without an answer in time may be asked again", async () => {
    answer = () => undefined;
    await expect(jobs(300).start(job, order)).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  it("at an address that Waybill never asks is lost", async () => {
    const own = createHttpJobs({ system: "job", timeoutMs: 30_000 });
    const started = await own.start({ ...job, start: "http://169.254.169.254/runs" }, order);
    expect(started).toMatchObject({ kind: "lost", words: expect.stringContaining("link-local") });
  });
});

describe("a look at a job", () => {
  const handle = () => ({ status: `${origin}/runs/1` });

  it("that ended brings its log along, read from its own address", async () => {
    answer = (request, response) =>
      void response.writeHead(200).end(request.url?.endsWith("/log") ? "ok 1\n" : JSON.stringify({ state: "ok" }));
    const log = { ...handle(), log: `${origin}/runs/1/log` };
    expect(await jobs().look(job, log)).toEqual({
      ...{ kind: "succeeded", words: '$.state is "ok"' },
      log: { kind: "text", text: "ok 1\n", cut: false },
    });
  });

  it("without its log is still an end", async () => {
    answer = (request, response) =>
      void response.writeHead(request.url?.endsWith("/log") ? 404 : 200).end(JSON.stringify({ state: "bad" }));
    const found = await jobs().look(job, { ...handle(), log: `${origin}/runs/1/log` });
    expect(found).toMatchObject({ kind: "failed", log: { kind: "none", why: expect.stringContaining("404") } });
  });

  it("whose log is too long is cut, and says so", async () => {
    answer = (request, response) =>
      void response
        .writeHead(200)
        .end(request.url?.endsWith("/log") ? "x".repeat(1_200_000) : JSON.stringify({ state: "ok" }));
    const found = await jobs().look(job, { ...handle(), log: `${origin}/runs/1/log` });
    expect(found).toMatchObject({ kind: "succeeded", log: { kind: "text", cut: true } });
  });

  it.each<[string, (old: string) => Record<string, string>]>([
    ["its status", (old) => ({ status: `${old}/runs/1` })],
    ["its log", (old) => ({ status: `${origin}/runs/1`, log: `${old}/runs/1/log` })],
  ])("whose connection was led elsewhere since sends no credentials to where %s was", async (_, handleAt) => {
    reply(200, { state: "ok" });
    const old = origin.replace("127.0.0.1", "localhost");
    const found = await jobs().look(job, handleAt(old));
    expect(found).toMatchObject({ kind: "lost", words: expect.stringContaining("another origin") });
    expect(seen).toEqual([]);
  });

  it("that is refused in words cut within a character says whole ones", async () => {
    reply(500, `x${"😀".repeat(300)}`);
    const error = await jobs().look(job, handle()).catch(String);
    expect(error).toContain("answered 500 (x😀");
    expect(String(error).isWellFormed()).toBe(true);
  });

  it("that is longer than is read says nothing", async () => {
    reply(200, `{"state":"ok","x":"${"x".repeat(300_000)}"}`);
    expect(await jobs().look(job, handle())).toMatchObject({ kind: "silent" });
  });

  it.each([302, 404, 500])("answered %i says nothing of it, whatever the body says", async (status) => {
    reply(status, { state: "ok" }, { location: "/runs/2" });
    await expect(jobs().look(job, handle())).rejects.toMatchObject({ status });
    expect(seen).toHaveLength(1);
  });
});
