import { expect, test } from "vitest";
import { secretReferenceProblem } from "@/lib/pipeline/policy/secret-reference";

test.each(["env:NAME", "env:_x1", "file:/etc/waybill/key", "file:/run/secrets/a b"])("%s is a reference", (text) => {
  expect(secretReferenceProblem(text)).toBeUndefined();
});

test.each([
  "",
  "hunter2",
  "env:",
  "env:1A",
  "env:A-B",
  "env:A B",
  "ENV:A",
  "env:DATABASE_URL",
  "env:NEXTAUTH_SECRET",
  "env:WAYBILL_SECRET",
  "env:OIDC_CLIENT_SECRET",
  "file:relative",
  "file:/",
  "file:/a/../b",
  "file:/proc/self/environ",
  "file:/dev/stdin",
  "file:/a\n/b",
  "vault:secret-prod/registry/waybill/push#password",
  "https://example.com",
])("%j is refused, and not repeated", (text) => {
  const problem = secretReferenceProblem(text);
  expect(problem).toBeDefined();
  if (text.length > 8) expect(problem?.message).not.toContain(text);
});
