import { describe, expect, it } from "vitest";
import { reply } from "@/lib/adapters/oci/testing/fake-server";
import { image, open, resolveFailure, serve } from "@/lib/adapters/oci/testing/hostile-registry";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";
import type { Digest } from "@/lib/pipeline/release/digest";

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
    expect(await resolveFailure(server, { now: () => now })).toMatchObject({ ...expected, status });
    expect(server.requests).toHaveLength(1);
  });

  it("an endless error page is cut short and still typed", async () => {
    const server = await serve({ "*": (response) => void response.writeHead(500).end(Buffer.alloc(300_000, "x")) });
    expect(await resolveFailure(server)).toMatchObject({ code: "unavailable", status: 500 });
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
