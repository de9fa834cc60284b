import { describe, expect, it } from "vitest";
import { challenge, configBytes, type FakeServer, guarded, reply } from "@/lib/adapters/oci/testing/fake-server";
import {
  asksBasic,
  basic,
  byDigest,
  configPath,
  image,
  open,
  password,
  resolveFailure,
  secrets,
  serve,
  username,
} from "@/lib/adapters/oci/testing/hostile-registry";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";

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
    const error = await resolveFailure(server);
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
    const error = await resolveFailure(server, { allowedRedirectHosts: [thief.host] });
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
    const error = await resolveFailure(server);
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
