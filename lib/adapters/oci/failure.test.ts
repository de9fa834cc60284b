import { describe, expect, it } from "vitest";
import { networkFailure, retryAfter } from "@/lib/adapters/oci/failure";
import { redact, secretsIn } from "@/lib/net/redact-secrets";

const now = Date.parse("2026-05-06T07:08:09Z");
const dayMs = 24 * 60 * 60 * 1000;

describe("retryAfter", () => {
  it.each([
    [null, undefined],
    ["0", 0],
    [" 120 ", 120_000],
    ["Wed, 06 May 2026 07:08:19 GMT", 10_000],
    ["Wed, 06 May 2026 07:00:00 GMT", 0],
    ["Fri, 01 Jan 2100 00:00:00 GMT", dayMs],
    ["9999999999", dayMs],
    ["-5", undefined],
    ["1.5", undefined],
    ["later", undefined],
    ["", undefined],
  ])("%j is %j ms", (header, expected) => {
    expect(retryAfter(header, now)).toBe(expected);
  });
});

describe("redact", () => {
  const authorization = `Basic ${Buffer.from("bot:p@ss word").toString("base64")}`;
  it.each([
    ["the password p@ss word was wrong", "the password … was wrong"],
    ["encoded p%40ss%20word", "encoded …"],
    [`you sent ${authorization}`, "you sent Basic …"],
    ["see https://bot:other@host/path", "see https://…@host/path"],
    ["Authorization: Bearer abcdef123456", "Authorization: Bearer …"],
    ["token eyJhbGciOi.eyJzdWIi.c2ln is bad", "token … is bad"],
    ["two\r\nlines\u0000", "two lines "],
  ])("%j becomes %j", (text, expected) => {
    expect(redact(text, secretsIn(authorization))).toBe(expected);
  });

  it("keeps messages short", () => {
    expect(redact("x".repeat(5000), [""])).toHaveLength(400);
  });

  it("finds no secret where nothing was sent", () => {
    expect(secretsIn(undefined)).toEqual([]);
    expect(secretsIn("Bearer abc")).toEqual(["abc"]);
  });
});

describe("networkFailure", () => {
  it.each([
    ["ECONNREFUSED", "unavailable", true],
    ["ENOTFOUND", "unavailable", true],
    ["CERT_HAS_EXPIRED", "misconfigured", false],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "misconfigured", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "misconfigured", false],
  ])("%s, however deep, is %s", (cause, code, retryable) => {
    const inner = Object.assign(new Error("inner"), { code: cause });
    for (const error of [
      inner,
      new TypeError("fetch failed", { cause: inner }),
      new TypeError("x", { cause: new AggregateError([inner]) }),
    ]) {
      const thrown = networkFailure("registry x", "manifest a:b", error);
      expect(thrown).toMatchObject({ code, retryable });
      expect(thrown.message).toContain(cause);
    }
  });

  it("says that there was no answer where it knows no more", () => {
    expect(networkFailure("registry x", "manifest a:b", undefined).message).toBe("registry x: manifest a:b: no answer");
  });
});
