import { expect, test } from "vitest";
import { pathAfterSignIn, signInTrouble } from "./sign-in-words";

test.each([
  ["/promotions/veza-12?tab=plan#gates", "/promotions/veza-12?tab=plan#gates"],
  ["http://127.0.0.1:3000/history", "/history"],
  ["https://evil.example/history", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/..//evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/sign-in?error=x", "/"],
  ["http://[", "/"],
  [undefined, "/"],
])("%s leads to %s", (callbackUrl, path) => {
  expect(pathAfterSignIn(callbackUrl, "http://127.0.0.1:3000")).toBe(path);
});

test("every code has words, and no code has none", () => {
  expect(signInTrouble(undefined)).toBeUndefined();
  for (const code of ["AccessDenied", "OAuthCallback", "Unavailable", "<script>"]) {
    const trouble = signInTrouble(code);
    expect(trouble?.title).toBeTruthy();
    expect(trouble?.detail).not.toContain(code);
  }
});
