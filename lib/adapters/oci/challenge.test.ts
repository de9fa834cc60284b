import { describe, expect, it } from "vitest";
import { parseChallenges } from "@/lib/adapters/oci/challenge";

const bearer = (parameters: Record<string, string>) => ({ scheme: "bearer", parameters });

describe("parseChallenges", () => {
  it.each([
    [null, []],
    ["", []],
    ["Basic", [{ scheme: "basic", parameters: {} }]],
    [
      'Bearer realm="https://auth.example/token",service="registry",scope="repository:a:pull,push"',
      [bearer({ realm: "https://auth.example/token", service: "registry", scope: "repository:a:pull,push" })],
    ],
    ["BEARER Realm=https://auth.example/token", [bearer({ realm: "https://auth.example/token" })]],
    ['Bearer realm = "a" ,  service= b', [bearer({ realm: "a", service: "b" })]],
    ['Bearer realm="say \\"hi\\", please"', [bearer({ realm: 'say "hi", please' })]],
    ['Bearer realm="first",realm="second"', [bearer({ realm: "first" })]],
    [
      'Basic realm="r", Bearer realm="b",error="invalid_token"',
      [{ scheme: "basic", parameters: { realm: "r" } }, bearer({ realm: "b", error: "invalid_token" })],
    ],
    ['Negotiate, Bearer realm="b"', [{ scheme: "negotiate", parameters: {} }, bearer({ realm: "b" })]],
    ['realm="no scheme"', []],
    ['Bearer realm="never closed', [bearer({})]],
    [`Bearer realm="${"a".repeat(9000)}"`, []],
  ])("%j", (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });

  it("gives no prototype to write to", () => {
    const [challenge] = parseChallenges('Bearer __proto__="x",realm="b"');
    expect(challenge?.parameters.realm).toBe("b");
    expect(Object.prototype).not.toHaveProperty("x");
  });
});
