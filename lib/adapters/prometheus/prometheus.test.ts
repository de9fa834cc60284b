import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { ExternalError } from "@/lib/ports/external-error";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: ExternalError) => error,
  );
const answering = async (body: unknown, status = 200, headers: Record<string, string> = {}) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const url = await listen((_, response) => response.writeHead(status, headers).end(text));
  return createPrometheus({ name: "test", url, timeoutMs: 30_000, maxBytes: 10_000, maxSamples: 3 });
};
const vector = (result: unknown[], more: object = {}) => ({
  status: "success",
  data: { resultType: "vector", result },
  ...more,
});

describe("numbers", () => {
  it.each([
    ["0.05", 0.05],
    ["0", 0],
    ["1e-07", 1e-7],
    ["NaN", undefined],
    ["+Inf", undefined],
    ["-Inf", undefined],
    ["", undefined],
    ["nonsense", undefined],
  ])("%j is %s", async (text, value) => {
    const source = await answering(vector([{ metric: { job: "a" }, value: [1767225600.5, text] }]));
    expect(await source.query("x")).toEqual([{ labels: { job: "a" }, at: "2026-01-01T00:00:00.500Z", value }]);
  });

  it("takes a scalar", async () => {
    const source = await answering({ status: "success", data: { resultType: "scalar", result: [0, "3"] } });
    expect(await source.query("3")).toEqual([{ labels: {}, at: "1970-01-01T00:00:00.000Z", value: 3 }]);
  });

  it("gives a native histogram no value", async () => {
    const source = await answering(vector([{ metric: {}, histogram: [0, { count: "1" }] }]));
    expect(await source.query("x")).toMatchObject([{ value: undefined }]);
  });

  it("gives no sample where there is none", async () => {
    expect(await (await answering(vector([]))).query("x")).toEqual([]);
  });
});

describe("what cannot be trusted", () => {
  it.each([
    ["HTML", "<html>sign in</html>"],
    ["cut JSON", '{"status":"success","data":{"resultType":"vec'],
    ["another API", { ok: true }],
    ["an error with status 200", { status: "error", error: "x" }],
    ["a value that is no pair", vector([{ metric: {}, value: "1" }])],
    ["missing data", vector([{ metric: {}, value: [0, "1"] }], { warnings: ["store s3 did not answer"] })],
  ])("%s is a badResponse", async (_, body) => {
    expect(await caught((await answering(body)).query("x"))).toMatchObject({ code: "badResponse", retryable: true });
  });

  it.each(["matrix", "string"])("a %s is an invalid expression", async (resultType) => {
    const source = await answering({ status: "success", data: { resultType, result: [] } });
    expect(await caught(source.query("x[5m]"))).toMatchObject({ code: "invalid" });
  });

  it("more samples than allowed is tooLarge", async () => {
    const source = await answering(vector(Array.from({ length: 4 }, () => ({ metric: {}, value: [0, "1"] }))));
    expect(await caught(source.query("x"))).toMatchObject({ code: "tooLarge" });
  });

  it("more bytes than allowed is tooLarge, even without an end", async () => {
    const url = await listen((_, response) => {
      const write = () => {
        while (response.write(" ".repeat(1000)));
      };
      response.on("drain", write);
      write();
    });
    const source = createPrometheus({ name: "test", url, maxBytes: 10_000 });
    expect(await caught(source.query("x"))).toMatchObject({ code: "tooLarge" });
  });
});

describe("a refusal", () => {
  it.each([
    [400, "invalid", false],
    [401, "unauthorized", false],
    [403, "forbidden", false],
    [404, "misconfigured", false],
    [422, "invalid", false],
    [429, "rateLimited", true],
    [500, "unavailable", true],
    [503, "unavailable", true],
    [302, "badResponse", false],
  ])("with status %i is %s", async (status, code, retryable) => {
    const source = await answering({ status: "error", errorType: "any", error: "its own words" }, status, {
      "retry-after": "7",
      location: "http://127.0.0.1:1/",
    });
    expect(await caught(source.query("x"))).toMatchObject({
      code,
      retryable,
      status,
      retryAfterMs: 7000,
      message: "metrics test: its own words",
    });
  });
});

describe("no answer", () => {
  it("in time is a timeout", async () => {
    const url = await listen(() => undefined);
    const source = createPrometheus({ name: "test", url, timeoutMs: 50 });
    expect(await caught(source.query("x"))).toMatchObject({ code: "timeout", retryable: true });
  });

  it("where its caller gives up is a timeout", async () => {
    const controller = new AbortController();
    const url = await listen(() => controller.abort());
    const source = createPrometheus({ name: "test", url });
    expect(await caught(source.query("x", undefined, controller.signal))).toMatchObject({ code: "timeout" });
  });

  it("from a cut connection is unavailable", async () => {
    const url = await listen((request) => request.socket.destroy());
    expect(await caught(createPrometheus({ name: "test", url }).query("x"))).toMatchObject({ code: "unavailable" });
  });
});

describe("the address", () => {
  it("keeps a path and sends expression and moment as a form", async () => {
    const seen: string[] = [];
    const url = await listen((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      request.on("data", (chunk) => seen.push(String(chunk)));
      request.on("end", () => response.end(JSON.stringify(vector([]))));
    });
    const source = createPrometheus({ name: "test", url: `${url}/prometheus/`, timeoutMs: 30_000 });
    await source.query('up{a="b&c"}', new Date("2026-01-01T00:00:00.500Z"));
    expect(seen).toEqual([
      "POST /prometheus/api/v1/query",
      "query=up%7Ba%3D%22b%26c%22%7D&timeout=30000ms&time=1767225600.5",
    ]);
  });

  it.each(["nonsense", "ftp://host/", "http://user:hunter2@host/"])("%s is misconfigured", async (url) => {
    const error = await caught(createPrometheus({ name: "test", url }).query("x"));
    expect(error).toMatchObject({ code: "misconfigured" });
    expect(error?.message).not.toContain("hunter2");
  });
});

describe("credentials", () => {
  const sent = async (credentials: Parameters<typeof createPrometheus>[0]["credentials"]) => {
    const seen: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.end(JSON.stringify(vector([])));
    });
    const source = createPrometheus({ name: "test", url, credentials });
    await source.query("up");
    await source.query("up");
    return seen;
  };

  it("are none where none are given", async () => {
    expect(await sent(undefined)).toEqual([undefined, undefined]);
  });

  it("are a name and a password, or a token, asked for every query", async () => {
    const basic = { username: async () => "waybill", password: async () => "pass:wörd" };
    const header = `Basic ${Buffer.from("waybill:pass:wörd").toString("base64")}`;
    expect(await sent(basic)).toEqual([header, header]);
    let turn = 0;
    expect(await sent({ token: async () => `t${++turn}` })).toEqual(["Bearer t1", "Bearer t2"]);
  });

  it("that cannot be resolved are told, and nothing is sent without them", async () => {
    const refused = new ExternalError({
      ...{ system: "secret env:TOKEN", code: "misconfigured", message: "not set", retryable: false },
    });
    const asked: string[] = [];
    const url = await listen((request, response) => {
      asked.push(String(request.url));
      response.end(JSON.stringify(vector([])));
    });
    const source = createPrometheus({ name: "test", url, credentials: { token: () => Promise.reject(refused) } });
    expect(await caught(source.query("up"))).toBe(refused);
    expect(asked).toEqual([]);
  });
});
