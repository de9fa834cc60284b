import type { SmokeTest } from "@/lib/pipeline/policy/verification";

/**
 * What an answer must be for exactly this release: `{version}` and `{digest}` in `equals` are filled in, so that a service
 * that says what it is can be taken at its word. Any other brace is the answer's own.
 */
export function expectedFor(test: SmokeTest, { version, digest }: { version: string; digest: string }): SmokeTest {
  if (typeof test.equals !== "string") return test;
  const equals = test.equals.replace(/\{(version|digest)\}/g, (_, key) => (key === "version" ? version : digest));
  return { ...test, equals };
}
