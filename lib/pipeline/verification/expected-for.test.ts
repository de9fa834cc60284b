import { expect, it } from "vitest";
import { expectedFor } from "@/lib/pipeline/verification/expected-for";
import { answerProblem } from "@/lib/pipeline/verification/judge-check";

const release = { version: "v1.2.0", digest: "sha256:ab" };
const now = "2026-03-01T10:00:00.000Z";
const says = (body: object) => ({ status: 200, body: JSON.stringify(body), tookMs: 5, headers: {} });

it("a service must say that it is the version and the digest that was promoted", () => {
  const test = { url: "http://api/health", status: 200, jsonPath: "$.is", equals: "{version}@{digest}" };
  const expected = expectedFor(test, release);
  expect(answerProblem(expected, says({ is: "v1.2.0@sha256:ab" }), now)).toBeUndefined();
  expect(answerProblem(expected, says({ is: "v1.1.0@sha256:ab" }), now)).toBe(
    '$.is is "v1.1.0@sha256:ab", not "v1.2.0@sha256:ab"',
  );
});

it.each([true, 1, "{other} $& {", undefined])("leaves %j as it is", (equals) => {
  const test = { url: "http://api/health", status: 200, jsonPath: "$.is", ...(equals === undefined ? {} : { equals }) };
  expect(expectedFor(test, release)).toEqual(test);
});
