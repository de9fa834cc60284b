import { describe, expect, it } from "vitest";
import { createMailServer } from "@/lib/adapters/email/email";
import { createHttpPost } from "@/lib/adapters/http-post/http-post";
import { createKubernetesTarget } from "@/lib/adapters/kubernetes/target";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import { type Answering, challenge, reply, startFakeServer } from "@/lib/adapters/oci/testing/fake-server";
import { createProbe } from "@/lib/adapters/probe/probe";
import { createPrometheus } from "@/lib/adapters/prometheus/prometheus";
import { createSlackApp } from "@/lib/adapters/slack/slack-app";
import { createWebhook } from "@/lib/adapters/webhook/webhook";
import { aMessage } from "@/lib/pipeline/notify/testing/a-message";
import { ExternalError } from "@/lib/ports/external-error";

/** What a project file may name, in spellings that a list of forbidden texts would let pass. */
const hosts = ["169.254.169.254", "2852039166", "0xa9.0xfe.0251.254", "[::ffff:a9fe:a9fe]", "[fe80::1]", "0.0.0.0"];

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "it was asked",
    (error: unknown) => error,
  );

async function expectRefused(promise: Promise<unknown>): Promise<void> {
  const error = await caught(promise);
  expect(error).toBeInstanceOf(ExternalError);
  expect(error).toMatchObject({ code: "refusedAddress", retryable: false });
  expect(String(error)).toContain("which Waybill never asks");
}

const kubeconfig = (server: string) => `apiVersion: v1
kind: Config
current-context: here
contexts: [{ name: here, context: { cluster: here, user: here } }]
clusters: [{ name: here, cluster: { server: "${server}", insecure-skip-tls-verify: true } }]
users: [{ name: here, user: { token: t } }]
`;

describe.each(hosts)("%s is asked by nothing that a project configures:", (host) => {
  it("a registry", () => expectRefused(createOciRegistry({ url: `https://${host}` }).check()));

  it("a health endpoint", () =>
    expectRefused(createProbe({ timeoutMs: 2_000, maxBytes: 100 }).get(`http://${host}/health`)));

  it("Prometheus", () => expectRefused(createPrometheus({ name: "metrics", url: `http://${host}:9090` }).check()));

  it("a mail server", () => {
    const mail = { name: "mail", host: host.replace(/^\[|\]$/g, ""), port: 2525, from: "w@example.com" };
    const login = { security: "none", username: undefined, password: undefined, timeoutMs: 2_000 } as const;
    return expectRefused(createMailServer({ ...mail, ...login }).check());
  });

  it("a webhook", () => {
    const url = `https://${host}/hook`;
    const hook = { url, secret: async () => `whsec_${"a".repeat(32)}`, post: createHttpPost({ timeoutMs: 2_000 }) };
    return expectRefused(
      createWebhook({ ...hook, now: () => "2026-03-01T10:00:00.000Z" }).send({ id: "1", message: aMessage() }),
    );
  });

  it("Slack's API", () => {
    const slack = { name: "chat", api: `https://${host}/api/`, token: async () => "xoxb", timeoutMs: 2_000 };
    const post = createHttpPost({ timeoutMs: 2_000 });
    return expectRefused(createSlackApp({ ...slack, signingSecret: async () => "s", post }).check());
  });

  it.each(["http", "https"])("a cluster by %s", (protocol) =>
    expectRefused(
      createKubernetesTarget({
        name: "here",
        kubeconfig: async () => kubeconfig(`${protocol}://${host}`),
        requestTimeoutMs: 2_000,
      }).check(),
    ),
  );
});

describe("a registry that may be asked", () => {
  it("is not followed to such an address, even where the project's file allows that host", async () => {
    const server = await startFakeServer({ "*": reply(307, "", { location: "http://169.254.169.254/v2/" }) });
    const registry = createOciRegistry({ url: server.url, allowedRedirectHosts: ["169.254.169.254"] });
    await expectRefused(registry.resolve("veza/backend", { tag: "v1.0.0" }));
    await server.stop();
  });

  it("gets no token from there, even where the project's file allows that realm", async () => {
    const server = await startFakeServer({ "*": challenge('Bearer realm="http://2852039166/token",service="s"') });
    const registry = createOciRegistry({
      url: server.url,
      username: "bot",
      password: async () => "s3cret",
      allowedRealms: ["169.254.169.254"],
    });
    await expectRefused(registry.check());
    await server.stop();
  });
});

describe("a system that repeats what it was sent is not quoted with the secret in it:", () => {
  const username = "canary-user";
  const password = "c4n4ry+pass/word==";
  const token = "c4n4ry-t0ken.0123456789";
  const pair = `${username}:${password}`;
  const echo: Answering = (response, { authorization = "" }) => {
    const decoded = Buffer.from(authorization.split(" ")[1] ?? "", "base64").toString("utf8");
    const words = `bad header ${authorization}; ${authorization.split(" ")[1]}; ${decoded}; ${encodeURIComponent(password)}; ${token}`;
    const body = {
      kind: "Status",
      status: "error",
      error: words,
      message: words,
      errors: [{ code: "X", message: words }],
    };
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const known = async (text: string) => text;

  async function expectSilence(promise: Promise<unknown>, secrets: readonly string[]) {
    const error = await caught(promise);
    expect(error).toBeInstanceOf(ExternalError);
    // What is logged of an error: its message, its stack, its causes.
    const all = `${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
    expect(all).toContain("bad header");
    for (const secret of secrets) expect(all).not.toContain(secret);
  }

  it("a registry", async () => {
    const answer: Answering = (response, request, incoming) =>
      (request.authorization === undefined ? challenge('Basic realm="r"') : echo)(response, request, incoming);
    const server = await startFakeServer({ "*": answer });
    const registry = createOciRegistry({ url: server.url, username, password: () => known(password) });
    await expectSilence(registry.check(), [
      password,
      encodeURIComponent(password),
      Buffer.from(pair).toString("base64"),
    ]);
    await server.stop();
  });

  it("Prometheus, by password and by token", async () => {
    const server = await startFakeServer({ "*": echo });
    const basic = { username: () => known(username), password: () => known(password) };
    const byPassword = createPrometheus({ name: "m", url: server.url, credentials: basic });
    await expectSilence(byPassword.check(), [
      password,
      encodeURIComponent(password),
      Buffer.from(pair).toString("base64"),
    ]);
    const byToken = createPrometheus({ name: "m", url: server.url, credentials: { token: () => known(token) } });
    await expectSilence(byToken.check(), [token]);
    await server.stop();
  });

  it("a cluster", async () => {
    const server = await startFakeServer({ "*": echo });
    const text = kubeconfig(server.url).replace("token: t", `token: "${token}"`);
    const target = createKubernetesTarget({ name: "c", kubeconfig: () => known(text), requestTimeoutMs: 30_000 });
    await expectSilence(target.check(), [token]);
    await server.stop();
  });
});
