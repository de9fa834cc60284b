import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { selfSignedCertificate } from "@/lib/adapters/oci/testing/self-signed-certificate";
import { createProbe } from "@/lib/adapters/probe/probe";
import type { ExternalError } from "@/lib/ports/external-error";

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

const probe = createProbe({ timeoutMs: 30_000, maxBytes: 1000 });
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: ExternalError) => error,
  );

describe("an answer", () => {
  it.each([200, 204, 404, 500, 503])("with status %i is an answer", async (status) => {
    const url = await listen((_, response) => response.writeHead(status).end(status === 204 ? undefined : "words"));
    const answer = await probe.get(`${url}/health`);
    expect(answer).toMatchObject({ status, body: status === 204 ? "" : "words" });
    expect(answer.tookMs).toBeGreaterThanOrEqual(0);
  });

  it("has its headers, and over https the end of its certificate's time, on a connection that is used again too", async () => {
    const plain = await probe.get(await listen((_, response) => response.setHeader("X-Request-Id", "7").end()));
    expect(plain.headers["x-request-id"]).toBe("7");
    expect(plain.certificateExpiresAt).toBeUndefined();

    const { privateKey, certificatePem } = selfSignedCertificate("localhost");
    const key = privateKey.export({ type: "pkcs8", format: "pem" });
    const server = createSecureServer({ key, cert: certificatePem }, (_, response) => response.end("ok"));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const trusting = createProbe({ timeoutMs: 30_000, maxBytes: 1000, ca: certificatePem });
    for (const answer of [await trusting.get(address), await trusting.get(address)]) {
      const leftMs = Date.parse(answer.certificateExpiresAt ?? "") - Date.now();
      expect(leftMs / 86_400_000).toBeCloseTo(9, 1);
    }
    expect(await caught(probe.get(address))).toMatchObject({ code: "unavailable" });
  });

  it("carries no credentials and no cookies", async () => {
    let seen: unknown;
    const url = await listen((request, response) => {
      seen = request.headers;
      response.end();
    });
    await probe.get(url);
    expect(seen).not.toHaveProperty("authorization");
    expect(seen).not.toHaveProperty("cookie");
  });

  it("is cut at the limit, even where it never ends", async () => {
    const url = await listen((request, response) => {
      const write = () => {
        while (response.write("x".repeat(600)));
      };
      response.on("drain", write);
      request.socket.on("close", () => response.off("drain", write));
      write();
    });
    expect((await probe.get(url)).body).toBe("x".repeat(1000));
  });
});

describe("a redirect", () => {
  it("on the same host is followed", async () => {
    const url = await listen((request, response) =>
      request.url === "/old" ? response.writeHead(302, { location: "/new" }).end() : response.end(`at ${request.url}`),
    );
    expect(await probe.get(`${url}/old`)).toMatchObject({ status: 200, body: "at /new" });
  });

  it.each([
    "http://localhost:1/",
    "https://example.invalid/",
    "//example.invalid/",
    "ftp://127.0.0.1/",
    "http://user@127.0.0.1/",
    "http://[",
  ])("to %s is itself the answer", async (location) => {
    const url = await listen((_, response) => response.writeHead(302, { location }).end("moved"));
    expect(await probe.get(url)).toMatchObject({ status: 302, body: "moved" });
  });

  it("in a circle ends", async () => {
    let requests = 0;
    const url = await listen((_, response) => {
      requests += 1;
      response.writeHead(302, { location: "/" }).end();
    });
    expect((await probe.get(url)).status).toBe(302);
    expect(requests).toBe(4);
  });
});

describe("no answer", () => {
  it("from a closed port is unavailable", async () => {
    const free = createTcpServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    expect(await caught(probe.get(`http://127.0.0.1:${port}/`))).toMatchObject({
      code: "unavailable",
      retryable: true,
      message: `probe 127.0.0.1:${port}: no answer (ECONNREFUSED)`,
    });
  });

  it("from a server that speaks something else is unavailable", async () => {
    const server = createTcpServer((socket) =>
      socket
        .on("error", () => undefined)
        .resume()
        .end("SSH-2.0-OpenSSH\r\n"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await caught(probe.get(`http://127.0.0.1:${port}/`))).toMatchObject({ code: "unavailable" });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(["never", "in the middle"])("that stops %s is a timeout", async (where) => {
    const url = await listen((_, response) => {
      if (where === "in the middle") response.writeHead(200, { "content-length": "10" }).write("half");
    });
    const quick = createProbe({ timeoutMs: 100, maxBytes: 1000 });
    expect(await caught(quick.get(url))).toMatchObject({ code: "timeout", retryable: true });
  });

  it("is a timeout where its caller gave up", async () => {
    const controller = new AbortController();
    const url = await listen(() => controller.abort());
    expect(await caught(probe.get(url, controller.signal))).toMatchObject({ code: "timeout" });
  });
});

describe("an address", () => {
  it.each(["http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://2852039166/"])(
    "%s is refused as link-local",
    async (url) => {
      expect(await caught(probe.get(url))).toMatchObject({ code: "refusedAddress", retryable: false });
    },
  );

  it("by redirect to a link-local one is not followed", async () => {
    const url = await listen((_, response) => response.writeHead(307, { location: "http://169.254.169.254/" }).end());
    expect((await probe.get(url)).status).toBe(307);
  });

  it.each(["file:///etc/passwd", "ftp://host/", "not a url", ""])("%j is invalid", async (url) => {
    expect(await caught(probe.get(url))).toMatchObject({ code: "invalid" });
  });

  it("with a password is invalid, and the password is not repeated", async () => {
    const error = await caught(probe.get("http://user:hunter2@127.0.0.1/"));
    expect(error).toMatchObject({ code: "invalid" });
    expect(error?.message).not.toContain("hunter2");
  });
});

it("leaves no connection open for longer than a second after the answer", async () => {
  const server = createServer((_, response) => response.end("ok"));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const closed = new Promise<void>((resolve) =>
    server.once("connection", (socket) => socket.once("close", () => resolve())),
  );
  await probe.get(`http://127.0.0.1:${port}/`);
  await expect(closed).resolves.toBeUndefined();
});
