import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "@/lib/adapters/kubernetes/client";
import {
  kubeconfigFor,
  type ScriptedApi,
  sendJson,
  startScriptedApi,
  status,
} from "@/lib/adapters/kubernetes/testing/scripted-api";
import type { ExternalError } from "@/lib/ports/external-error";

const apis: ScriptedApi[] = [];
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

async function start(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<ScriptedApi> {
  const api = await startScriptedApi(answer);
  apis.push(api);
  return api;
}

const clientOf = (kubeconfig: () => Promise<string>, requestTimeoutMs = 2000) =>
  createClient({ name: "test", kubeconfig, requestTimeoutMs });
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: ExternalError) => error,
  );

describe("an answer that is a refusal", () => {
  it.each([
    [400, "invalid", false],
    [401, "unauthorized", false],
    [403, "forbidden", false],
    [409, "conflict", true],
    [410, "gone", true],
    [413, "tooLarge", false],
    [422, "invalid", false],
    [429, "rateLimited", true],
    [500, "unavailable", true],
    [503, "unavailable", true],
    [504, "timeout", true],
  ])("%i is %s, with the cluster's words", async (code, name, retryable) => {
    const api = await start((_, response) => {
      response.setHeader("retry-after", "3");
      sendJson(response, code, status(code, "Reason", "the cluster's own words", { name: "backend" }));
    });
    expect(await caught(clientOf(api.kubeconfig).get("/api"))).toMatchObject({
      code: name,
      retryable,
      status: code,
      retryAfterMs: 3000,
      message: "cluster test: GET /api: the cluster's own words",
    });
  });

  it("404 is notFound only where the API names the object", async () => {
    const answers = [
      status(404, "NotFound", 'deployments.apps "backend" not found', { name: "backend" }),
      status(404, "NotFound", "the server could not find the requested resource"),
      "<html>404</html>",
    ];
    const api = await start((_, response) => {
      const next = answers.shift();
      if (typeof next === "string") response.writeHead(404).end(next);
      else sendJson(response, 404, next);
    });
    const client = clientOf(api.kubeconfig);
    expect(await caught(client.get("/one"))).toMatchObject({ code: "notFound" });
    expect(await caught(client.get("/two"))).toMatchObject({ code: "badResponse" });
    expect(await caught(client.get("/three"))).toMatchObject({ code: "badResponse" });
  });

  it("a redirect is not followed: it would carry the credentials elsewhere", async () => {
    let stolen = 0;
    const other = await start((_, response) => {
      stolen += 1;
      sendJson(response, 200, {});
    });
    const api = await start((_, response) => response.writeHead(307, { location: other.url }).end());
    expect(await caught(clientOf(api.kubeconfig).get("/api"))).toMatchObject({ code: "badResponse", status: 307 });
    expect(stolen).toBe(0);
  });
});

describe("an answer that is none", () => {
  it("HTML is a badResponse", async () => {
    const api = await start((_, response) => response.end("<html>sign in</html>"));
    expect(await caught(clientOf(api.kubeconfig).get("/api"))).toMatchObject({ code: "badResponse" });
  });

  it("that never comes, or stops in the middle, is a timeout", async () => {
    const api = await start((request, response) => {
      if (request.url === "/half") response.writeHead(200).write('{"kind":');
    });
    const client = clientOf(api.kubeconfig, 100);
    expect(await caught(client.get("/none"))).toMatchObject({ code: "timeout", retryable: true });
    expect(await caught(client.get("/half"))).toMatchObject({ code: "timeout", retryable: true });
  });

  it("is a timeout too where its caller gave up", async () => {
    const controller = new AbortController();
    const api = await start(() => controller.abort());
    expect(await caught(clientOf(api.kubeconfig).get("/api", {}, controller.signal))).toMatchObject({
      code: "timeout",
      message: expect.stringContaining("its caller gave up"),
    });
  });

  it("without an end is tooLarge", async () => {
    const api = await start((_, response) => {
      const block = "x".repeat(1024 * 1024);
      const write = () => {
        while (response.write(block));
      };
      response.on("drain", write);
      write();
    });
    expect(await caught(clientOf(api.kubeconfig, 9000).get("/api"))).toMatchObject({ code: "tooLarge" });
  });

  it("from a broken connection is unavailable", async () => {
    const api = await start((request) => request.socket.destroy());
    expect(await caught(clientOf(api.kubeconfig).get("/api"))).toMatchObject({ code: "unavailable", retryable: true });
  });

  it("from a closed port is unavailable", async () => {
    const api = await startScriptedApi(() => undefined);
    await api.close();
    expect(await caught(clientOf(api.kubeconfig).get("/api"))).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

describe("a stream", () => {
  it("hands over each line, also one that comes in pieces, until it ends", async () => {
    const api = await start((_, response) => {
      response.write('{"n":1}\n{"n"');
      response.end(':"ü"}\n\n{"n":3}\n');
    });
    const seen: unknown[] = [];
    await clientOf(api.kubeconfig).stream("/w", {}, 5000, (event) => seen.push(event), new AbortController().signal);
    expect(seen).toEqual([{ n: 1 }, { n: "ü" }, { n: 3 }]);
  });

  it("that falls silent is a timeout, though the connection stands", async () => {
    const api = await start((_, response) => response.write('{"n":1}\n'));
    const stream = clientOf(api.kubeconfig).stream("/w", {}, 100, () => undefined, new AbortController().signal);
    expect(await caught(stream)).toMatchObject({ code: "timeout", message: expect.stringContaining("silent") });
  });

  it("is not bounded by the limit of a single call", async () => {
    const api = await start((_, response) => {
      response.flushHeaders();
      const timer = setInterval(() => response.write('{"n":1}\n'), 50);
      response.on("close", () => clearInterval(timer));
    });
    const controller = new AbortController();
    let events = 0;
    const onEvent = () => {
      events += 1;
      if (events === 10) controller.abort();
    };
    await caught(clientOf(api.kubeconfig, 100).stream("/w", {}, 5000, onEvent, controller.signal));
    expect(events).toBeGreaterThanOrEqual(10);
  });

  it("of something else than JSON is a badResponse", async () => {
    const api = await start((_, response) => response.end("<html>\n"));
    const stream = clientOf(api.kubeconfig).stream("/w", {}, 5000, () => undefined, new AbortController().signal);
    expect(await caught(stream)).toMatchObject({ code: "badResponse" });
  });
});

describe("the credentials", () => {
  it("are read anew for every call, so that a rotated token counts at once", async () => {
    const seen: unknown[] = [];
    const api = await start((request, response) => {
      seen.push(request.headers.authorization);
      sendJson(response, 200, {});
    });
    const tokens = ["first", "second"];
    const client = clientOf(async () => kubeconfigFor(api.url, { token: tokens.shift() ?? "none" }));
    await client.get("/api");
    await client.get("/api");
    expect(seen).toEqual(["Bearer first", "Bearer second"]);
  });

  it("are read once for calls that begin together, and anew for the next, also after they could not be read", async () => {
    const api = await start((_, response) => sendJson(response, 200, {}));
    let reads = 0;
    const client = clientOf(async () => {
      reads += 1;
      if (reads === 1) throw new Error("not now");
      return kubeconfigFor(api.url, { token: "t" });
    });
    const together = () => Promise.allSettled([client.get("/a"), client.get("/b"), client.get("/c")]);
    expect((await together()).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect((await together()).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
    expect(reads).toBe(2);
  });

  it("that impersonate are sent so", async () => {
    let seen: unknown;
    const api = await start((request, response) => {
      seen = request.headers["impersonate-user"];
      sendJson(response, 200, {});
    });
    await clientOf(async () => kubeconfigFor(api.url, { token: "t", as: "waybill" })).get("/api");
    expect(seen).toBe("waybill");
  });

  it.each([
    ["text that is no YAML", "hunter2: [", /cannot be read/],
    ["YAML that is no kubeconfig", "hunter2", /cannot be read|names no cluster/],
    ["nothing", "", /cannot be read|names no cluster/],
    ["no current context", JSON.stringify({ clusters: [], users: [], contexts: [] }), /names no cluster/],
    ["an address that is none", kubeconfigFor("nonsense", { token: "hunter2" }), /must be an https address/],
    [
      "plain http",
      kubeconfigFor("http://127.0.0.1:1", { token: "hunter2" }, { "insecure-skip-tls-verify": false }),
      /is http: credentials go over https only/,
    ],
    [
      "a relative certificate",
      kubeconfigFor("https://127.0.0.1:1", { token: "hunter2" }, { "certificate-authority": "ca.crt" }),
      /must be an absolute path/,
    ],
    [
      "a missing certificate",
      kubeconfigFor("https://127.0.0.1:1", { token: "hunter2" }, { "certificate-authority": "/nowhere/ca.crt" }),
      /\/nowhere\/ca\.crt \(ENOENT\)/,
    ],
  ])("in a kubeconfig with %s are misconfigured, and nothing of it is repeated", async (_, kubeconfig, words) => {
    const error = await caught(clientOf(async () => kubeconfig).get("/api"));
    expect(error).toMatchObject({ code: "misconfigured", retryable: false, message: expect.stringMatching(words) });
    expect(`${error?.message} ${JSON.stringify(error)} ${String(error?.cause)}`).not.toContain("hunter2");
  });

  it("of a command that fails are misconfigured, without what it printed", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "/bin/sh",
      args: ["-c", "echo hunter2 >&2; exit 1"],
    };
    const user = { exec } as unknown as Record<string, string>;
    const error = await caught(clientOf(async () => kubeconfigFor("https://127.0.0.1:1", user)).get("/api"));
    expect(error).toMatchObject({ code: "misconfigured" });
    expect(`${error?.message} ${String(error?.cause)}`).not.toContain("hunter2");
  });

  it("that cannot be resolved are what the source says", async () => {
    const failing = async () => {
      throw new Error("vault is sealed");
    };
    expect(await caught(clientOf(failing).get("/api"))).toBeInstanceOf(Error);
  });

  it("of a pod need a pod", async () => {
    const client = createClient({ name: "test", kubeconfig: { inCluster: true }, requestTimeoutMs: 1000 });
    expect(await caught(client.get("/api"))).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("KUBERNETES_SERVICE_HOST"),
    });
  });

  it("go nowhere where there is no TLS", async () => {
    const api = await start((_, response) => sendJson(response, 200, {}));
    const address = api.url.replace("http:", "https:");
    const error = await caught(clientOf(async () => kubeconfigFor(address, { token: "hunter2" })).get("/api"));
    expect(error).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("no trusted TLS connection"),
    });
    expect(api.requests).toEqual([]);
  });
});

it("writes under its own name, each kind of body as what it is", async () => {
  const seen: unknown[] = [];
  const api = await start((request, response) => {
    seen.push(request.headers["content-type"]);
    sendJson(response, 200, {});
  });
  const client = clientOf(api.kubeconfig);
  await client.patch("/apis/apps/v1/x", { spec: null });
  await client.patchJson("/apis/apps/v1/x", [{ op: "remove", path: "/spec" }]);
  await client.create("/apis/apps/v1", { kind: "X" });
  expect(api.requests).toEqual([
    "PATCH /apis/apps/v1/x?fieldManager=waybill",
    "PATCH /apis/apps/v1/x?fieldManager=waybill",
    "POST /apis/apps/v1?fieldManager=waybill",
  ]);
  expect(seen).toEqual(["application/strategic-merge-patch+json", "application/json-patch+json", "application/json"]);
});
