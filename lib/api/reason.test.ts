import { describe, expect, it } from "vitest";
import { z } from "zod";
import { operations } from "@/lib/api/operations";
import { parseWithReason } from "@/lib/api/reason";
import { document } from "@/lib/api/testing/document-check";
import { InvalidInput } from "@/lib/pipeline/errors";

const why = z.string().min(3, "say why");
const lifted = z.strictObject({ place: z.string(), why });
const union = z.discriminatedUnion("how", [
  z.strictObject({ how: z.literal("retry") }),
  z.strictObject({ how: z.literal("close"), why }),
]);
const issuesOf = (schema: z.ZodType, value: unknown) => {
  try {
    return parseWithReason(schema, value);
  } catch (error) {
    return error instanceof InvalidInput ? error.issues : error;
  }
};

describe("why somebody does something", () => {
  it("is `reason` or `why`, and not both", () => {
    const read = { place: "staging", why: "mended" };
    expect(parseWithReason(lifted, { place: "staging", reason: "mended" })).toEqual(read);
    expect(parseWithReason(lifted, read)).toEqual(read);
    expect(issuesOf(lifted, { ...read, reason: "mended" })).toMatchObject([
      { message: expect.stringMatching(/reason/) },
    ]);
  });

  it("is refused by the word that was said", () => {
    expect(issuesOf(lifted, { place: "staging", reason: "x" })).toMatchObject([{ path: "reason", message: "say why" }]);
    expect(issuesOf(lifted, { place: "staging", why: "x" })).toMatchObject([{ path: "why", message: "say why" }]);
    expect(issuesOf(lifted, { place: "staging" })).toMatchObject([{ path: "why" }]);
  });

  it("is asked for by what the value chooses of several forms", () => {
    expect(parseWithReason(union, { how: "close", reason: "it stays" })).toEqual({ how: "close", why: "it stays" });
    expect(issuesOf(union, { how: "retry", reason: "again" })).toMatchObject([
      { message: expect.stringMatching(/reason/) },
    ]);
    expect(issuesOf(union, { how: "none", reason: "again" })).toBeInstanceOf(Array);
  });

  it("stays what it is where `reason` is the contract's own word, or nobody asks", () => {
    const held = z.strictObject({ reason: z.string() });
    expect(parseWithReason(held, { reason: "full" })).toEqual({ reason: "full" });
    expect(issuesOf(z.strictObject({ place: z.string() }), { place: "a", reason: "b" })).toMatchObject([
      { message: expect.stringMatching(/reason/) },
    ]);
  });

  it("is documented in both words wherever `why` is asked for", () => {
    const components = (document as unknown as { components: { schemas: Record<string, object> } }).components.schemas;
    const asking = operations.filter((one) => {
      const documented = document.paths[one.path]?.[one.method] as {
        requestBody?: object;
        parameters?: { name: string }[];
      };
      const body = JSON.stringify(documented.requestBody ?? {});
      const named = /"#\/components\/schemas\/(\w+)"/.exec(body)?.[1];
      const form = named === undefined ? body : JSON.stringify(components[named]);
      const names = (documented.parameters ?? []).map(({ name }) => name);
      if (!form.includes('"why":') && !names.includes("why")) return false;
      expect(form.includes('"reason":') || names.includes("reason"), one.id).toBe(true);
      return true;
    });
    expect(asking.map((one) => one.id)).toEqual(expect.arrayContaining(["abortPromotion", "settlePromotion"]));
    expect(asking.length).toBeGreaterThan(8);
  });
});
