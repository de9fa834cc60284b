import { z } from "zod";
import { InvalidInput, parseInput } from "@/lib/pipeline/errors";

/** The object that a value would be read by: of a union the option that it names. */
function objectFor(schema: z.ZodType, value: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema;
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return undefined;
  const { discriminator } = schema._zod.def;
  const said = (value as Record<string, unknown>)[discriminator];
  const options = schema.options.filter((option) => option instanceof z.ZodObject);
  return options.find((option) => (option.shape[discriminator] as z.ZodType).safeParse(said).success);
}

/** Whether an object is asked for `why`, and for nothing called `reason`. */
export function asksWhy({ shape }: z.ZodObject): boolean {
  return "why" in shape && !("reason" in shape);
}

/** `value` read strictly by `schema`, with `reason` in the place of `why`. Throws InvalidInput, which names what was said. */
export function parseWithReason<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  if (typeof value !== "object" || value === null || !("reason" in value) || "why" in value) {
    return parseInput(schema, value);
  }
  const object = objectFor(schema, value);
  if (object === undefined || !asksWhy(object)) return parseInput(schema, value);
  const { reason: why, ...rest } = value as Record<string, unknown>;
  try {
    return parseInput(schema, { ...rest, why });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(error.issues.map((issue) => (issue.path === "why" ? { ...issue, path: "reason" } : issue)));
  }
}

const sameWord = "the same as `why`: one of them is given";

/** The parameters of a query as they are documented: either word. */
export function documentedQuery(query: z.ZodObject): z.ZodObject {
  if (!asksWhy(query)) return query;
  const { why } = query.shape as { why: z.ZodType };
  const either = why.optional().meta({ description: "why: this, or `reason`, is needed" });
  return query.extend({ why: either, reason: why.optional().meta({ description: sameWord }) });
}

/** Adds the second word to the JSON schema of an object that asks for `why`. */
export function documentReason(jsonSchema: { properties?: object; required?: string[]; oneOf?: object[] }): void {
  const properties = jsonSchema.properties as Record<string, object> | undefined;
  if (!properties?.why || properties.reason) return;
  properties.reason = { ...properties.why, description: sameWord };
  jsonSchema.required = jsonSchema.required?.filter((name) => name !== "why");
  jsonSchema.oneOf = [{ required: ["why"] }, { required: ["reason"] }];
}
