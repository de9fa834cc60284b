import type { z } from "zod";

/**
 * A check for an object whose optional `keys` are alternatives: refuses none and more than one of them. The zod types
 * cannot say so without a union, and a union loses the path of the error inside the alternative that was meant.
 */
export function exactlyOne<Key extends string>(...keys: readonly Key[]) {
  return (value: { [key in Key]?: unknown }, context: z.RefinementCtx): void => {
    const given = keys.filter((key) => value[key] !== undefined);
    if (given.length === 1) return;
    const list = keys.join(", ");
    context.addIssue({
      code: "custom",
      message: given.length === 0 ? `must have one of ${list}` : `has ${given.join(" and ")} at once`,
      params: { allowed: `exactly one of ${list}` },
    });
  };
}

/** The same for JSON Schema, put into `.meta(…)`. */
export function exactlyOneSchema(...keys: readonly string[]) {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}
