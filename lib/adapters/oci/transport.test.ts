import { describe, expect, it } from "vitest";
import { digestOf } from "@/lib/adapters/oci/manifest";
import {
  type Answering,
  configBytes,
  indexType,
  latch,
  madeManifest,
  manifestType,
  reply,
  startFakeServer,
} from "@/lib/adapters/oci/testing/fake-server";
import {
  byDigest,
  byTag,
  configPath,
  image,
  manifestPath,
  open,
  resolveFailure,
  serve,
} from "@/lib/adapters/oci/testing/hostile-registry";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";

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
    expect(await resolveFailure(server, { maxManifestBytes: 2000 })).toMatchObject(expected);
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
    expect(await resolveFailure(server, { maxManifestBytes: 10_000 })).toMatchObject({ code: "tooLarge" });
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
    const error = await resolveFailure(server, { timeoutMs: 150 });
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
    expect(await resolveFailure(server)).toMatchObject({
      code: "unavailable",
      retryable: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
