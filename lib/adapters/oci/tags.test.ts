import { describe, expect, it } from "vitest";
import type { OciRegistryOptions } from "@/lib/adapters/oci/options";
import { type Answering, type FakeServer, guarded, reply } from "@/lib/adapters/oci/testing/fake-server";
import { asksBasic, basic, open, secrets, serve } from "@/lib/adapters/oci/testing/hostile-registry";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";

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
