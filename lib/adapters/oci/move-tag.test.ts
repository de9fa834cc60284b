import { once } from "node:events";
import { describe, expect, it } from "vitest";
import {
  type Answering,
  type FakeServer,
  madeManifest,
  manifestType,
  reply,
} from "@/lib/adapters/oci/testing/fake-server";
import { byDigest, image, manifestPath, open, serve } from "@/lib/adapters/oci/testing/hostile-registry";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";

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
