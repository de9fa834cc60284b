import { expect, test } from "vitest";
import { z } from "zod";
import { answerFor, answerForRejection } from "@/lib/auth/error-answer";
import {
  Conflict,
  Forbidden,
  InvalidInput,
  InvariantViolation,
  NotFound,
  parseInput,
  TooManyRequests,
  Unauthenticated,
} from "@/lib/pipeline/errors";
import { ExternalError } from "@/lib/ports/external-error";

test("NotFound and Forbidden cannot be told apart", () => {
  const forbidden = answerFor(new Forbidden("rita may not"), "ref");
  expect(answerFor(new NotFound("promotion 12"), "ref")).toEqual(forbidden);
  expect(forbidden.status).toBe(404);
  expect(JSON.stringify(forbidden)).not.toContain("rita");
});

test("an unknown error's message stays inside", () => {
  for (const error of [new Error("password=hunter2"), "hunter2", undefined, new InvariantViolation("hunter2")]) {
    const answer = answerFor(error, "ref-1");
    expect(answer).toMatchObject({ status: 500, reference: "ref-1" });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  }
});

test("each known error has its answer", () => {
  expect(answerFor(new Unauthenticated("expired"), "r")).toMatchObject({ status: 401, code: "unauthenticated" });
  expect(JSON.stringify(answerFor(new Unauthenticated("expired"), "r"))).not.toContain("expired");
  expect(answerFor(new Conflict("The plan changed.", { hash: "a" }), "r")).toMatchObject({
    status: 409,
    current: { hash: "a" },
  });
  expect(answerFor(new TooManyRequests(7), "r")).toMatchObject({
    status: 429,
    code: "tooManyRequests",
    retryAfterSeconds: 7,
  });
  const external = { system: "registry r", message: "busy", retryable: true, retryAfterMs: 1500 } as const;
  expect(answerFor(new ExternalError({ ...external, code: "rateLimited" }), "r")).toMatchObject({
    status: 503,
    detail: "registry r: busy",
    retryAfterSeconds: 2,
  });
  expect(answerForRejection({ kind: "rejection", code: "selfApproval", message: "You asked for it." })).toMatchObject({
    status: 409,
    code: "selfApproval",
  });
});

test("parseInput names the path", () => {
  const schema = z.strictObject({ services: z.array(z.strictObject({ name: z.string() })) });
  expect(parseInput(schema, { services: [{ name: "a" }] })).toEqual({ services: [{ name: "a" }] });
  try {
    parseInput(schema, { services: [{ name: "a" }, { name: 3 }] });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInput);
    expect((error as InvalidInput).issues.map((issue) => issue.path)).toEqual(["services[1].name"]);
  }
});
