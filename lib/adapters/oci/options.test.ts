import { describe, expect, it } from "vitest";
import { checkOptions } from "@/lib/adapters/oci/options";
import { createOciRegistry } from "@/lib/adapters/oci/registry";
import { ExternalError } from "@/lib/ports/external-error";

function refusal(call: () => unknown): ExternalError {
  try {
    call();
  } catch (error) {
    if (error instanceof ExternalError) return error;
    throw error;
  }
  throw new Error("the options were taken");
}

describe("options", () => {
  it.each([
    "https://registry.example",
    "https://registry.example:5000/",
    "http://127.0.0.1:5001",
    "http://localhost:5001",
    "http://[::1]:5001",
  ])("take %s", (url) => {
    expect(createOciRegistry({ url }).host).toBe(new URL(url).host);
  });

  it.each([
    ["registry.example", "not a URL"],
    ["ftp://registry.example", "not https"],
    ["http://registry.example", "in the clear"],
    ["http://127.0.0.1.evil.example", "in the clear"],
    ["https://registry.example/v2/", "path"],
    ["https://registry.example/?x=1", "path"],
    ["https://bot:hunter2@registry.example", "user name or password"],
  ])("refuse %s", (url, why) => {
    const error = refusal(() => createOciRegistry({ url }));
    expect(error).toMatchObject({ code: "misconfigured", retryable: false });
    expect(error.message).toContain("url: ");
    expect(error.message).toContain(why);
    expect(error.message).not.toContain("hunter2");
  });

  it("take plain http elsewhere only where that is said", () => {
    expect(checkOptions({ url: "http://registry.lan:5000", allowInsecureHttp: true }).origin.host).toBe(
      "registry.lan:5000",
    );
  });

  it("want a user name and a password, or neither", () => {
    const url = "https://registry.example";
    expect(refusal(() => checkOptions({ url, username: "bot" })).message).toContain("password");
    expect(refusal(() => checkOptions({ url, password: async () => "x" })).message).toContain("username");
    expect(checkOptions({ url }).credentials).toBeUndefined();
  });

  it("resolve both at each use", async () => {
    let turn = 0;
    const next = async () => `word-${++turn}`;
    const { credentials } = checkOptions({ url: "https://registry.example", username: next, password: next });
    expect(await credentials?.()).toEqual({ username: "word-1", password: "word-2" });
    expect(await credentials?.()).toEqual({ username: "word-3", password: "word-4" });
  });

  it.each([
    ["", "x"],
    ["a:b", "x"],
    ["a", ""],
  ])("refuse the pair %j and %j when it is used", async (username, password) => {
    const { credentials } = checkOptions({ url: "https://registry.example", username, password: async () => password });
    await expect(credentials?.()).rejects.toMatchObject({ code: "misconfigured" });
  });

  it("let a secret source's own error through", async () => {
    const own = new ExternalError({
      system: "secrets",
      code: "misconfigured",
      message: "env:X is not set",
      retryable: false,
    });
    const { credentials } = checkOptions({
      url: "https://registry.example",
      username: "a",
      password: () => Promise.reject(own),
    });
    await expect(credentials?.()).rejects.toBe(own);
  });

  it("call the registry by its name, or by its host", () => {
    expect(checkOptions({ url: "https://registry.example" }).system).toBe("registry registry.example");
    expect(checkOptions({ url: "https://registry.example", name: "main" }).system).toBe("registry main");
  });
});
