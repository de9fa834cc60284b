import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { redactText, taken } from "@/lib/pipeline/redaction/redact-text";

const hex = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl";

/** Whole characters, halves of them, and what stands around a secret. */
const anything = fc.array(
  fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\ud83d", "\ude00", "token=", "😀".repeat(2_001), "\n")),
);

/** A line, and what of it must be gone. */
const table: [string, string, string][] = [
  ["a bearer token", `authorization: Bearer ${hex}`, hex],
  ["a bearer token in words", `sent Bearer ${hex} to the server`, hex],
  ["a basic header", "Authorization: Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"],
  ["a password", "password=hunter2", "hunter2"],
  ["a password in JSON", '{"user":"ana","password":"hunter2","port":5}', "hunter2"],
  ["one in escaped JSON", '{\\"password\\":\\"hunter2\\"}', "hunter2"],
  ["a password in quotes with blanks", 'PASSWORD: "correct horse battery"', "horse"],
  ["a variable", "DB_PASSWORD=hunter2 LOG=debug", "hunter2"],
  ["a token by its name", "api-key => abc123", "abc123"],
  ["a query", "GET /x?access_token=abc123&page=2", "abc123"],
  ["a signed address", "https://s3/x?X-Amz-Signature=abcdef012345&x=1", "abcdef012345"],
  ["a user in an address", "postgres://app:hunter2@db:5432/app", "hunter2"],
  ["one with an @ in it", "redis://:hun@ter2@cache:6379", "ter2"],
  ["an AWS key", "using AKIAIOSFODNN7EXAMPLE now", "AKIAIOSFODNN7EXAMPLE"],
  ["an AWS secret", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "wJalr"],
  ["a JWT", `session ${jwt} expired`, jwt.slice(0, 20)],
  ["a GitHub token", "clone with ghp_abcdefghijklmnopqrstuvwxyz012345", "ghp_"],
  ["a Slack hook", "post https://hooks.slack.com/services/T0/B0/abcdef", "abcdef"],
  ["a Vault token", "login hvs.CAESIJabcdefghijklmnop ok", "CAES"],
  ["a cookie", "Cookie: sid=abcdefgh", "abcdefgh"],
  [
    "a private key",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabcdefgh\n-----END RSA PRIVATE KEY-----\nnext",
    "MIIEpAIBAAKCAQEA7",
  ],
  ["a key without its end", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk", "b3BlbnNzaC1rZXk"],
  [
    "a key without its beginning",
    "AAAAB3NzaC1yc2EAAAADAQABAAAB\nZZZZZZZZZZZZZZZZZZ==\n-----END PRIVATE KEY-----",
    "AAAAB3Nza",
  ],
];

describe("what has the form of a credential", () => {
  it.each(table)("%s is taken out", (_, line, gone) => {
    const clean = redactText(line, []);
    expect(clean).not.toContain(gone);
    expect(clean).toContain(taken);
  });

  it("leaves the words around it, and what is none", () => {
    expect(redactText("user ana, password=hunter2, retry in 5 s", [])).toBe(
      `user ana, password=${taken}, retry in 5 s`,
    );
    expect(redactText("postgres://app:hunter2@db:5432/app is away", [])).toBe(
      `postgres://${taken}@db:5432/app is away`,
    );
    for (const line of [
      "2026-11-26T10:00:00Z ERROR connect ECONNREFUSED 10.0.0.4:5432",
      "panic: runtime error: index out of range [5] with length 3",
      "at Object.<anonymous> (/app/dist/server.js:12:7)",
      "pulled sha256:5c3b0a9f1d in 1.2s",
      "GET /health 200 in 3 ms",
      "mail to ana@example.com was sent",
      "tokens are refreshed every hour",
    ]) {
      expect(redactText(line, [])).toBe(line);
    }
  });

  it("takes out what would forge or hide something, and keeps lines and tabs", () => {
    expect(redactText("\u001b[31mred\u001b[0m\r\nnext\tcolumn\u0007\u202e\u0000", [])).toBe("red\nnext\tcolumn");
  });
});

describe("a text that is made to keep it busy", () => {
  const long = 60_000;
  it.each([
    ["letters", "x".repeat(long)],
    ["base64", `${"QUJD".repeat(long / 4)} -----END PRIVATE KEY----`],
    ["beginnings of tokens", "-eyJ".repeat(long / 4)],
    ["names", "password".repeat(long / 8)],
    ["names with quotes", 'password="'.repeat(long / 10)],
    ["names with escaped quotes", 'password=\\"'.repeat(long / 11)],
    ["addresses", "a://".repeat(long / 4)],
    ["schemes", "bearer ".repeat(long / 7)],
    ["escapes", "\u001b[1;".repeat(long / 4)],
    ["lines", "QUJDREVGR0hJSktM\n".repeat(long / 17)],
    ["ends of keys", "QUJD\n-----END PRIVATE KEY-----\n".repeat(long / 32)],
  ])("of %s is done with all the same", (_, text) => {
    expect(redactText(text, ["not-in-there"]).length).toBeLessThanOrEqual(text.length * 2);
  });
});

describe("a known secret", () => {
  const secret = fc.string({ minLength: 8, maxLength: 60, unit: fc.constantFrom(..."abcdefXYZ0123456789-_./+") });
  const around = fc.string({ maxLength: 40 });

  it("is taken out wherever it stands, in every form", () => {
    const put: ((value: string) => string)[] = [
      (value) => value,
      (value) => encodeURIComponent(value),
      (value) => JSON.stringify({ value }),
      (value) => Buffer.from(`user:${value}`).toString("base64"),
      (value) => Buffer.from(value).toString("base64"),
    ];
    fc.assert(
      fc.property(secret, around, around, fc.constantFrom(...put), (value, before, after, form) => {
        const clean = redactText(`${before}${form(value)}${after}`, [value]);
        expect(clean).not.toContain(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is not found in base64 either, whatever stood before it", () => {
    const value = `canary-${hex}`;
    for (const before of ["", "a", "ab", "abc"]) {
      const clean = redactText(`x ${Buffer.from(`${before}${value}`).toString("base64")} y`, [value]);
      const inner = Buffer.from(value).toString("base64").slice(4, -4);
      expect(clean).not.toContain(inner);
    }
  });

  it("of several lines is known by its long words too, and the longest goes first", () => {
    const kubeconfig = `users:\n  - name: waybill\n    user: { token: "${hex}" }\n`;
    expect(redactText(`the server got ${hex}`, [kubeconfig])).toBe(`the server got ${taken}`);
    expect(redactText("secret-value-long", ["secret-value", "secret-value-long"])).toBe(taken);
  });

  it("that is too short to be told from a word stays", () => {
    expect(redactText("the app is up", ["app", ""])).toBe("the app is up");
  });
});

it("leaves no half of a character, with which no entry of the ledger could be written", () => {
  expect(() => canonicalize({ text: "\ud83d" })).toThrow("surrogate");
  expect(redactText("a \ud83d b", [])).toBe("a \ufffd b");
  fc.assert(
    fc.property(anything, (parts) => {
      canonicalize({ text: redactText(parts.join(""), ["hunter2-hunter2"]) });
    }),
  );
});
