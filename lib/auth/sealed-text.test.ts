import { expect, test } from "vitest";
import { seal, unseal } from "@/lib/auth/sealed-text";

const secret = "a-secret-of-more-than-thirty-two-characters";

test("what is sealed comes back with the same secret, about the same thing, unchanged, and else not at all", () => {
  const sealed = seal(secret, "session-1", "refresh-token-ä");
  expect(unseal(secret, "session-1", sealed)).toBe("refresh-token-ä");
  expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("refresh");
  expect(seal(secret, "session-1", "refresh-token-ä")).not.toBe(sealed);
  expect(unseal(secret, "session-2", sealed)).toBeNull();
  expect(unseal(`${secret}!`, "session-1", sealed)).toBeNull();
  const flipped = Buffer.from(sealed, "base64url");
  for (let at = 0; at < flipped.length; at++) {
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    expect(unseal(secret, "session-1", flipped.toString("base64url")), String(at)).toBeNull();
    flipped[at] = (flipped[at] ?? 0) ^ 1;
  }
  for (const odd of ["", "AAAA", sealed.slice(0, 30)]) expect(unseal(secret, "session-1", odd), odd).toBeNull();
});
