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

const jobs = () =>
  createHttpJobs({
    ...{ system: "jobs tests", origin, timeoutMs: 500 },
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
    await expect(jobs().start(job, order)).rejects.toMatchObject({ code: "timeout", retryable: true });
  });

  it("at an address that Waybill never asks is lost", async () => {
    const own = createHttpJobs({ system: "job", timeoutMs: 500 });
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
