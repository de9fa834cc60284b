import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { digestOf } from "@/lib/adapters/oci/manifest";
import type { OciRegistryOptions } from "@/lib/adapters/oci/options";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import {
  type Answering,
  challenge,
  configBytes,
  type FakeServer,
  guarded,
  indexType,
  latch,
  madeManifest,
  manifestType,
  reply,
  startFakeServer,
} from "@/lib/adapters/oci/testing/fake-server";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";
import type { Digest } from "@/lib/pipeline/release/digest";

const username = "release-bot";
const password = "s3cret/with+signs";
const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
const secrets = [password, basic.slice(6), encodeURIComponent(password)];
const asksBasic = 'Basic realm="registry"';
const image = madeManifest();
const manifestPath = "/v2/veza/backend/manifests";
const byTag = `GET ${manifestPath}/v1.0.0`;
const byDigest = `GET ${manifestPath}/${image.digest}`;
const configPath = `GET /v2/veza/backend/blobs/${digestOf(configBytes)}`;

const running: FakeServer[] = [];
async function serve(answers: Record<string, Answering>): Promise<FakeServer> {
  const server = await startFakeServer(answers);
  running.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

function open(server: FakeServer, options: Partial<OciRegistryOptions> = {}) {
  return createOciRegistry({ url: server.url, username, password: async () => password, ...options });
}
const resolveTag = (server: FakeServer, options: Partial<OciRegistryOptions> = {}) =>
  failureOf(() => open(server, options).resolve("veza/backend", { tag: "v1.0.0" }), secrets);

describe("credentials", () => {
  it.each([
    ["another host", (host: string) => `http://${host}/token`],
    ["another scheme", () => "file:///etc/passwd"],
    ["a user name inside", (_: string, own: string) => `http://somebody:else@${own}/token`],
    ["no URL at all", () => "token please"],
  ])("are not sent to a realm with %s, which is never contacted", async (_, realmOf) => {
    const thief = await serve({ "*": reply(200, '{"token":"x"}') });
    const server: FakeServer = await serve({
      "*": (...call) => challenge(`Bearer realm="${realmOf(thief.host, server.host)}",service="x"`)(...call),
    });
    const error = await resolveTag(server);
    expect(error).toMatchObject({ code: "refusedAddress", retryable: false });
    expect(error.message).not.toContain("somebody");
    expect(thief.requests).toEqual([]);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it("follow no redirect of a token server", async () => {
    const thief = await serve({ "*": reply(200, '{"token":"x"}') });
    const server: FakeServer = await serve({
      "GET /token": reply(307, "", { location: `${thief.url}/token` }),
      "*": (...call) => challenge(`Bearer realm="${server.url}/token"`)(...call),
    });
    const error = await resolveTag(server, { allowedRedirectHosts: [thief.host] });
    expect(error).toMatchObject({ code: "refusedAddress" });
    expect(thief.requests).toEqual([]);
  });

  it("stay behind when a read is redirected to an allowed host", async () => {
    const storage = await serve({ "*": reply(200, configBytes) });
    const server: FakeServer = await serve({
      [byDigest]: guarded(asksBasic, basic, image.answer),
      [configPath]: guarded(asksBasic, basic, (...call) =>
        reply(307, "", { location: `${storage.url}/blob?signature=abc` })(...call),
      ),
    });
    const described = await open(server, { allowedRedirectHosts: [storage.host] }).describe(
      "veza/backend",
      image.digest,
    );
    expect(described).toMatchObject({ digest: image.digest, sizeBytes: 2 });
    expect(storage.requests).toEqual([{ method: "GET", path: "/blob?signature=abc", authorization: undefined }]);
    expect(server.requests.at(-1)?.authorization).toBe(basic);
  });

  it.each([
    ["a host that is not allowed", (url: string) => `${url}/blob?signature=abc`],
    ["a URL with a user name", (url: string) => `${url.replace("//", "//bot:pass@")}/blob`],
    ["another scheme", () => "file:///etc/passwd"],
    ["nowhere", () => "http://"],
  ])("and reads do not follow to %s", async (_, locationOf) => {
    const other = await serve({ "*": reply(200, configBytes) });
    const server = await serve({
      [byDigest]: image.answer,
      [configPath]: reply(302, "", { location: locationOf(other.url) }),
    });
    const allowedRedirectHosts = locationOf(other.url).includes("@") ? [other.host] : [];
    const error = await failureOf(
      () => open(server, { allowedRedirectHosts }).describe("veza/backend", image.digest),
      [...secrets, "signature", "bot:pass"],
    );
    expect(error).toMatchObject({ code: "refusedAddress", retryable: false });
    expect(other.requests).toEqual([]);
  });

  it("are not repeated when the registry sends them back in its error", async () => {
    const server = await serve({
      "*": guarded(asksBasic, basic, (response) => {
        const message = `you said ${basic} which is ${username}:${password} at https://${username}:${password}@host/ and Bearer abcdefgh123`;
        reply(403, JSON.stringify({ errors: [{ code: "DENIED", message }] }))(
          response,
          { method: "", path: "", authorization: "" },
          response.req,
        );
      }),
    });
    const error = await resolveTag(server);
    expect(error).toMatchObject({ code: "forbidden", status: 403 });
    expect(error.message).toContain("DENIED: you said");
    expect(error.message).not.toContain("abcdefgh123");
  });

  it("are asked for once a call and not again when they were refused", async () => {
    const server = await serve({ "*": challenge(asksBasic) });
    let asked = 0;
    const registry = open(server, {
      password: async () => {
        asked += 1;
        return password;
      },
    });
    expect(await failureOf(() => registry.check(), secrets)).toMatchObject({ code: "unauthorized" });
    expect([asked, server.requests.length]).toEqual([1, 2]);
    expect(await failureOf(() => registry.check(), secrets)).toMatchObject({ code: "unauthorized" });
    expect([asked, server.requests.length]).toEqual([2, 3]);
  });

  it("that cannot be resolved are named and not shown", async () => {
    const server = await serve({ "*": challenge(asksBasic) });
    const broken = async () => {
      throw new Error(`the vault said ${password}`);
    };
    expect(await failureOf(() => open(server, { password: broken }).check(), secrets)).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("password"),
    });
  });
});

describe("answers that cannot be trusted", () => {
  const big = Buffer.alloc(5000, " ");
  const cut: Answering = (response) => {
    response.writeHead(200, { "content-type": manifestType, "content-length": image.bytes.length });
    response.write(image.bytes.subarray(0, 20), () => response.destroy());
  };
  const cutChunk: Answering = (response) => {
    response.writeHead(200, { "content-type": manifestType });
    response.write(image.bytes.subarray(0, 20), () => response.destroy());
  };
  const as = (type: string) => ({ "content-type": type });
  const both = madeManifest({ manifests: [] });
  const otherType = madeManifest({ mediaType: indexType });
  it.each<[string, Answering, object]>([
    ["an oversize manifest that says so", reply(200, big, as(manifestType)), { code: "tooLarge" }],
    [
      "an oversize manifest in chunks",
      (response) => void response.writeHead(200, as(manifestType)).end(big),
      { code: "tooLarge" },
    ],
    ["a body cut off", cut, { code: "badResponse", retryable: true }],
    ["a chunked body cut off", cutChunk, { code: "badResponse", retryable: true }],
    ["an HTML page", reply(200, "<!doctype html><title>Sign in</title>", as("text/html")), { code: "badResponse" }],
    ["an HTML page that calls itself a manifest", reply(200, "\n<html>", as(manifestType)), { code: "badResponse" }],
    ["malformed JSON", reply(200, '{"schemaVersion": 2', as(manifestType)), { code: "badResponse", retryable: false }],
    ["bytes that are no text", reply(200, Buffer.from([0x7b, 0xff, 0x7d]), as(manifestType)), { code: "badResponse" }],
    ["nothing", reply(200, "", as(manifestType)), { code: "badResponse" }],
    ["no manifest at all", reply(204, ""), { code: "badResponse" }],
    [
      "schema 1",
      reply(200, image.bytes, as("application/vnd.docker.distribution.manifest.v1+json")),
      { code: "badResponse" },
    ],
    [
      "JSON of another form",
      reply(200, '{"schemaVersion":2,"layers":"no"}', as(manifestType)),
      { code: "badResponse" },
    ],
    ["an image that is an index too", both.answer, { code: "badResponse" }],
    ["a type that the document denies", reply(200, otherType.bytes, as(manifestType)), { code: "badResponse" }],
    [
      "a digest that is none",
      reply(200, image.bytes, { ...as(manifestType), "docker-content-digest": "md5:1" }),
      { code: "badResponse" },
    ],
    [
      "another digest than its bytes",
      reply(200, image.bytes, { ...as(manifestType), "docker-content-digest": digestOf(big) }),
      { code: "digestMismatch", retryable: false },
    ],
    ["a redirect in a circle", reply(301, "", { location: `${manifestPath}/v1.0.0` }), { code: "badResponse" }],
    ["a redirect without a place", reply(302, ""), { code: "badResponse", status: 302 }],
  ])("%s", async (_, answer, expected) => {
    const server = await serve({ [byTag]: answer });
    expect(await resolveTag(server, { maxManifestBytes: 2000 })).toMatchObject(expected);
    expect(server.requests.length).toBeLessThan(10);
  });

  it("other bytes than the digest that was asked for", async () => {
    const other = madeManifest({ annotations: { other: "yes" } });
    const server = await serve({
      [byDigest]: reply(200, other.bytes, as(manifestType)),
      [`HEAD ${manifestPath}/${image.digest}`]: other.answer,
    });
    const registry = open(server);
    const calls = [
      () => registry.resolve("veza/backend", { digest: image.digest }),
      () => registry.describe("veza/backend", image.digest),
      () => registry.has("veza/backend", image.digest),
      () => registry.moveTag("veza/backend", "staging", image.digest),
    ];
    for (const call of calls) expect(await failureOf(call)).toMatchObject({ code: "digestMismatch" });
    expect(server.requests.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  it("another config than the manifest names", async () => {
    const server = await serve({ [byDigest]: image.answer, [configPath]: reply(200, "[]") });
    expect(await failureOf(() => open(server).describe("veza/backend", image.digest))).toMatchObject({
      code: "digestMismatch",
    });
  });

  it("an oversize config, and what is no image", async () => {
    const server = await serve({ [byDigest]: image.answer, [configPath]: reply(200, configBytes) });
    const small = open(server, { maxConfigBytes: 1 });
    expect(await failureOf(() => small.describe("veza/backend", image.digest))).toMatchObject({ code: "tooLarge" });
    const chart = madeManifest({
      config: { mediaType: "application/vnd.cncf.helm.config.v1+json", digest: digestOf(configBytes), size: 2 },
    });
    const empty = madeManifest({ manifests: [], config: undefined, layers: undefined }, indexType);
    const other = await serve({
      [`GET ${manifestPath}/${chart.digest}`]: chart.answer,
      [`GET ${manifestPath}/${empty.digest}`]: empty.answer,
    });
    for (const { digest } of [chart, empty]) {
      expect(await failureOf(() => open(other).describe("veza/backend", digest))).toMatchObject({
        code: "badResponse",
      });
    }
  });

  it("an endless body is hung up on", async () => {
    const closed = latch();
    const server = await serve({
      [byTag]: (response) => {
        response.writeHead(200, as(manifestType));
        const pour = () => {
          while (!response.destroyed && response.write(Buffer.alloc(1000, " ")));
        };
        response.on("drain", pour).once("close", () => closed.reach());
        pour();
      },
    });
    expect(await resolveTag(server, { maxManifestBytes: 10_000 })).toMatchObject({ code: "tooLarge" });
    await closed.reached;
  });
});

describe("time", () => {
  const silent: Answering = () => undefined;
  const stalls: Answering = (response) => {
    response.writeHead(200, { "content-type": manifestType, "content-length": 1000 });
    response.write("{");
  };
  it.each([
    ["no answer", silent],
    ["a body that stalls", stalls],
  ])("%s ends at the deadline", async (_, answer) => {
    const server = await serve({ [byTag]: answer });
    const error = await resolveTag(server, { timeoutMs: 150 });
    expect(error).toMatchObject({ code: "timeout", retryable: true });
    expect(error.message).toContain("150 ms");
  });

  it("the caller ends a call early", async () => {
    const caller = new AbortController();
    const asked = latch();
    const server = await serve({
      [byTag]: () => asked.reach(),
    });
    const call = failureOf(() => open(server).resolve("veza/backend", { tag: "v1.0.0" }, caller.signal));
    await asked.reached;
    caller.abort();
    expect(await call).toMatchObject({ code: "timeout", message: expect.stringContaining("ended by the caller") });
  });

  it("a server that went away is unavailable", async () => {
    const server = await startFakeServer({});
    await server.stop();
    expect(await resolveTag(server)).toMatchObject({
      code: "unavailable",
      retryable: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

describe("refusals", () => {
  const now = Date.parse("2026-05-06T07:08:09Z");
  it.each([
    [400, {}, { code: "invalid", retryable: false }],
    [401, {}, { code: "unauthorized", retryable: false }],
    [403, {}, { code: "forbidden", retryable: false }],
    [404, {}, { code: "notFound", retryable: false }],
    [405, {}, { code: "invalid", retryable: false }],
    [410, {}, { code: "gone", retryable: false }],
    [429, {}, { code: "rateLimited", retryable: true, retryAfterMs: undefined }],
    [429, { "retry-after": "30" }, { code: "rateLimited", retryable: true, retryAfterMs: 30_000 }],
    [429, { "retry-after": "Wed, 06 May 2026 07:09:09 GMT" }, { code: "rateLimited", retryAfterMs: 60_000 }],
    [429, { "retry-after": "soon" }, { code: "rateLimited", retryAfterMs: undefined }],
    [500, {}, { code: "unavailable", retryable: true }],
    [502, { "content-type": "text/html" }, { code: "unavailable", retryable: true }],
    [503, { "retry-after": "5" }, { code: "unavailable", retryable: true, retryAfterMs: 5000 }],
  ])("%i %j", async (status, headers, expected) => {
    const server = await serve({ "*": reply(status, '{"errors":[{"code":"X","message":"in its words"}]}', headers) });
    expect(await resolveTag(server, { now: () => now })).toMatchObject({ ...expected, status });
    expect(server.requests).toHaveLength(1);
  });

  it("an endless error page is cut short and still typed", async () => {
    const server = await serve({ "*": (response) => void response.writeHead(500).end(Buffer.alloc(300_000, "x")) });
    expect(await resolveTag(server)).toMatchObject({ code: "unavailable", status: 500 });
  });

  it.each([
    "../secrets",
    "a/../../b",
    "a%2f..%2fb",
    "a/./b",
    "/a",
    "a//b",
    "a/",
    "A",
    "a?x=1",
    "a#b",
    "a\\b",
    "a b",
    "",
    "é",
    "a\r\nx: y",
    "x".repeat(256),
  ])("a repository named %j is refused before anything is sent", async (repository) => {
    const server = await serve({ "*": image.answer });
    const registry = open(server);
    for (const call of [
      () => registry.resolve(repository, { tag: "v1.0.0" }),
      () => registry.describe(repository, image.digest),
      () => registry.has(repository, image.digest),
      () => registry.tags(repository),
      () => registry.moveTag(repository, "staging", image.digest),
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: "invalid", retryable: false });
    }
    expect(server.requests).toEqual([]);
  });

  it("a tag or a digest outside the grammar is refused before anything is sent", async () => {
    const server = await serve({ "*": image.answer });
    const registry = open(server);
    for (const tag of ["../v1", "v1/../..", ".v1", "v1?x", "", "%2e%2e"]) {
      expect(await failureOf(() => registry.resolve("a", { tag }))).toMatchObject({ code: "invalid" });
      expect(await failureOf(() => registry.moveTag("a", tag, image.digest))).toMatchObject({ code: "invalid" });
    }
    const forged = "sha256:../../x" as Digest;
    expect(await failureOf(() => registry.resolve("a", { digest: forged }))).toMatchObject({ code: "invalid" });
    expect(await failureOf(() => registry.has("a", forged))).toMatchObject({ code: "invalid" });
    expect(server.requests).toEqual([]);
  });

  it("names with every sign that is allowed arrive as they are", async () => {
    const server = await serve({ "*": image.answer });
    await open(server).resolve("a.b/c_d/e__f/g-h/i--j/0", { tag: "_V1.0-rc.1" });
    expect(server.requests[0]?.path).toBe("/v2/a.b/c_d/e__f/g-h/i--j/0/manifests/_V1.0-rc.1");
  });

  it("a page at /v2/ is not a registry", async () => {
    const server = await serve({ "*": reply(200, "<html>hello</html>", { "content-type": "text/html" }) });
    expect(await failureOf(() => open(server).check())).toMatchObject({ code: "badResponse" });
  });
});

describe("moving a tag", () => {
  const tagPath = `${manifestPath}/staging`;
  const other = madeManifest({ annotations: { by: "somebody else" } });
  const move = (server: FakeServer) => open(server).moveTag("veza/backend", "staging", image.digest);

  it("says conflict where somebody else moved it between the write and the reading back", async () => {
    const server = await serve({
      [byDigest]: image.answer,
      [`PUT ${tagPath}`]: reply(201, ""),
      [`GET ${tagPath}`]: other.answer,
    });
    const error = await failureOf(() => move(server));
    expect(error).toMatchObject({ code: "conflict", retryable: false });
    expect(error.message).toContain(other.digest);
  });

  it("says conflict where the tag is gone after the write", async () => {
    const server = await serve({ [byDigest]: image.answer, [`PUT ${tagPath}`]: reply(201, "") });
    expect(await failureOf(() => move(server))).toMatchObject({
      code: "conflict",
      message: expect.stringContaining("gone"),
    });
  });

  it("says digestMismatch where the registry stored something else", async () => {
    const server = await serve({
      [byDigest]: image.answer,
      [`PUT ${tagPath}`]: reply(201, "", { "docker-content-digest": other.digest }),
    });
    expect(await failureOf(() => move(server))).toMatchObject({ code: "digestMismatch" });
  });

  it("does not follow a write anywhere", async () => {
    const thief = await serve({ "*": reply(201, "") });
    const server = await serve({
      [byDigest]: image.answer,
      [`PUT ${tagPath}`]: reply(307, "", { location: `${thief.url}${tagPath}` }),
    });
    expect(await failureOf(() => move(server))).toMatchObject({ code: "refusedAddress" });
    expect(thief.requests).toEqual([]);
  });

  it.each([
    [409, "conflict"],
    [412, "conflict"],
    [403, "forbidden"],
    [500, "unavailable"],
  ])("a write that is answered %i is %s", async (status, code) => {
    const server = await serve({ [byDigest]: image.answer, [`PUT ${tagPath}`]: reply(status, "{}") });
    expect(await failureOf(() => move(server))).toMatchObject({ code, status });
  });

  it("sends the same bytes under the same type, also where HEAD is not spoken and no digest is stated", async () => {
    let tag = other.bytes;
    const written: { type: string | undefined; bytes: Buffer }[] = [];
    const bare = (bytes: Buffer): Answering => reply(200, bytes, { "content-type": manifestType });
    const server = await serve({
      [byDigest]: bare(image.bytes),
      [`HEAD ${tagPath}`]: (response) => void response.writeHead(405).end(),
      [`GET ${tagPath}`]: (...call) => bare(tag)(...call),
      [`PUT ${tagPath}`]: async (response, _request, incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        await once(incoming, "end");
        tag = Buffer.concat(parts);
        written.push({ type: incoming.headers["content-type"], bytes: tag });
        response.writeHead(201).end();
      },
    });
    expect(await move(server)).toEqual({
      repository: "veza/backend",
      tag: "staging",
      before: other.digest,
      after: image.digest,
    });
    expect(written).toEqual([{ type: manifestType, bytes: image.bytes }]);
    await move(server);
    expect(written).toHaveLength(1);
  });
});

describe("pages of tags", () => {
  const list = "GET /v2/veza/backend/tags/list";
  const page = (tags: unknown, link?: string): Answering =>
    reply(200, JSON.stringify({ name: "veza/backend", tags }), link === undefined ? {} : { link });
  const tags = (server: FakeServer, options: Partial<OciRegistryOptions> = {}) =>
    open(server, options).tags("veza/backend");
  const numbered = (path: string) => Number(new URL(path, "http://x").searchParams.get("at") ?? "0");

  it("are followed to their end, relative or absolute, each tag once", async () => {
    const server: FakeServer = await serve({
      [list]: (response, request, incoming) => {
        const at = numbered(request.path);
        const next = ["?at=1>; rel=next", `${server.url}/v2/veza/backend/tags/list?at=2>; rel="next"; title="a"`][at];
        const answer = page([`v${at}`, "same"], next === undefined ? undefined : `<${next}, </first>; rel="first"`);
        answer(response, request, incoming);
      },
    });
    expect(await tags(server)).toEqual(["v0", "same", "v1", "v2"]);
    expect(server.requests[0]?.path).toContain("n=1000");
  });

  it("may be one, of a registry that ignores n and says null for none", async () => {
    expect(await tags(await serve({ [list]: page(["a", "b", "not a tag!"]) }))).toEqual(["a", "b"]);
    expect(await tags(await serve({ [list]: page(null) }))).toEqual([]);
  });

  it("are not followed to another origin", async () => {
    const thief = await serve({ "*": page([]) });
    const server = await serve({
      [list]: guarded(asksBasic, basic, page(["a"], `<${thief.url}/v2/veza/backend/tags/list?at=1>; rel="next"`)),
    });
    expect(await failureOf(() => tags(server), secrets)).toMatchObject({ code: "refusedAddress" });
    expect(thief.requests).toEqual([]);
  });

  it("that run in a circle or never end are an error, not a part of the list", async () => {
    const circle = await serve({ [list]: page(["a"], '</v2/veza/backend/tags/list?at=1>; rel="next"') });
    expect(await failureOf(() => tags(circle))).toMatchObject({ code: "badResponse" });
    const endless = await serve({
      [list]: (response, request, incoming) =>
        page(["a"], `<?at=${numbered(request.path) + 1}>; rel="next"`)(response, request, incoming),
    });
    expect(await failureOf(() => tags(endless, { maxTagPages: 5 }))).toMatchObject({ code: "tooLarge" });
    expect(endless.requests).toHaveLength(5);
  });

  it("that are too large or malformed are typed", async () => {
    const server = await serve({ [list]: page(["a".repeat(500)]) });
    expect(await failureOf(() => tags(server, { maxListBytes: 100 }))).toMatchObject({ code: "tooLarge" });
    const wrong = await serve({ [list]: reply(200, '{"tags":[1]}') });
    expect(await failureOf(() => tags(wrong))).toMatchObject({ code: "badResponse" });
  });
});
