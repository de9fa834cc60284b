import { describe, expect, it } from "vitest";
import type { Answer } from "@/lib/adapters/oci/failure";
import { checkOptions, type OciRegistryOptions } from "@/lib/adapters/oci/options";
import { failureOf } from "@/lib/adapters/oci/testing/registry-contract";
import { createAuthorizer } from "@/lib/adapters/oci/token";
import type { OutgoingRequest } from "@/lib/adapters/oci/transport";

const challenge = 'Bearer realm="https://registry.example/token",service="s",scope="repository:everything:push,delete"';
const scope = "repository:veza/backend:pull";

/** An authorizer whose token server answers what it is given; `asked` holds what was sent. */
function authorizer(bodies: unknown[], options: Partial<OciRegistryOptions> = {}) {
  const asked: OutgoingRequest[] = [];
  const settings = checkOptions({ url: "https://registry.example", ...options });
  const send = async (request: OutgoingRequest): Promise<Answer> => {
    asked.push(request);
    const body = Buffer.from(JSON.stringify(bodies[asked.length - 1]));
    return { status: 200, headers: new Headers(), body, url: request.url };
  };
  return { asked, ...createAuthorizer(settings, send) };
}

describe("tokens", () => {
  it("are asked for with our own scope, never with the challenge's", async () => {
    const { asked, afterChallenge } = authorizer([{ token: "abc" }], {
      username: "bot",
      password: async () => "secret",
    });
    expect(await afterChallenge(challenge, undefined, scope, undefined)).toBe("Bearer abc");
    const [request] = asked;
    expect(request?.url.href).toBe(`https://registry.example/token?service=s&scope=${encodeURIComponent(scope)}`);
    expect(request?.authorization).toBe(`Basic ${Buffer.from("bot:secret").toString("base64")}`);
    expect(request?.followRedirects).toBe(false);
  });

  it("are asked for anonymously where there are no credentials", async () => {
    const { asked, afterChallenge } = authorizer([{ access_token: "abc" }]);
    expect(await afterChallenge(challenge, undefined, undefined, undefined)).toBe("Bearer abc");
    expect(asked[0]?.authorization).toBeUndefined();
    expect(asked[0]?.url.searchParams.has("scope")).toBe(false);
  });

  it.each([
    [undefined, 60],
    [300, 300],
    [1, 1],
  ])("with expires_in %j live for less than %d s, each scope its own", async (expires_in, seconds) => {
    let now = 1_000_000;
    const bodies = ["a", "b", "c"].map((token) => ({ token, expires_in }));
    const { asked, afterChallenge, current } = authorizer(bodies, { now: () => now });
    expect(await current(scope, undefined)).toBeUndefined();
    expect(await afterChallenge(challenge, undefined, scope, undefined)).toBe("Bearer a");
    expect(await current(scope, undefined)).toBe("Bearer a");
    expect(await current("repository:veza/backend:pull,push", undefined)).toBe("Bearer b");
    expect(await current(scope, undefined)).toBe("Bearer a");
    now += seconds * 1000 - 1;
    expect(await current(scope, undefined)).toBe("Bearer c");
    expect(asked).toHaveLength(3);
  });

  it("that were refused are dropped", async () => {
    const { afterChallenge, current } = authorizer([{ token: "a" }, { token: "b" }]);
    await afterChallenge(challenge, undefined, scope, undefined);
    expect(await afterChallenge(challenge, "Bearer a", scope, undefined)).toBe("Bearer b");
    expect(await current(scope, undefined)).toBe("Bearer b");
  });

  it.each([
    [{}],
    [{ token: "" }],
    [{ token: "a\r\nx-evil: yes" }],
    [{ token: 7 }],
    [[]],
    [{ token: "a", expires_in: "soon" }],
  ])("of the form %j are not taken", async (body) => {
    const { afterChallenge } = authorizer([body]);
    const error = await failureOf(() => afterChallenge(challenge, undefined, scope, undefined), ["x-evil"]);
    expect(error).toMatchObject({ code: "badResponse" });
  });

  it.each([
    ["http://registry.example/token", [], "weaker"],
    ["http://auth.example/token", ["auth.example"], "weaker"],
    ["https://auth.example/token", [], "list of allowed realms"],
    ["https://auth.example.evil/token", ["auth.example"], "list of allowed realms"],
    ["https://registry.example:8443/token", [], "list of allowed realms"],
    ["https://registry.example@evil/token", [], "user name"],
    ["https://auth.example/other", ["https://auth.example/token"], "list of allowed realms"],
  ])("are not asked for at %s", async (realm, allowedRealms, why) => {
    const { asked, afterChallenge } = authorizer([{ token: "a" }], { allowedRealms });
    const error = await failureOf(() => afterChallenge(`Bearer realm="${realm}"`, undefined, scope, undefined));
    expect(error).toMatchObject({ code: "refusedAddress", message: expect.stringContaining(why) });
    expect(asked).toEqual([]);
  });

  it.each([
    ["https://auth.example/token", ["auth.example"]],
    ["https://auth.example/token", ["https://auth.example/token"]],
    ["https://auth.example/token", ["https://auth.example"]],
    ["https://auth.example:8443/token", ["auth.example:8443"]],
  ])("are asked for at %s where %j is allowed", async (realm, allowedRealms) => {
    const { afterChallenge } = authorizer([{ token: "a" }], { allowedRealms });
    expect(await afterChallenge(`Bearer realm="${realm}"`, undefined, scope, undefined)).toBe("Bearer a");
  });

  it("are not there for a scheme nobody knows", async () => {
    const { afterChallenge } = authorizer([]);
    expect(await afterChallenge("Negotiate", undefined, scope, undefined)).toBeUndefined();
    expect(await afterChallenge(null, undefined, scope, undefined)).toBeUndefined();
  });
});
