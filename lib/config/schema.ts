import { z } from "zod";
import { connectionDocument } from "@/lib/pipeline/policy/connection";
import { projectDocument } from "@/lib/pipeline/policy/project";

/**
 * The JSON Schema (draft 7, which editors know best) of one document of the project file, generated from the zod
 * schemas. What refers from one part to another, parseDocuments alone checks.
 */
export function projectFileSchema(): z.core.JSONSchema.BaseSchema {
  const document = z.union([connectionDocument, projectDocument]);
  const schema = z.toJSONSchema(document, {
    ...{ io: "input", target: "draft-07", reused: "inline" },
    override: ({ jsonSchema }) => allowShortForm(jsonSchema),
  });
  return { ...schema, title: "Waybill project file, waybill.dev/v1" };
}

/** Where the meta `shortFor` names a key, the value of that key alone may stand for the mapping. */
function allowShortForm(schema: z.core.JSONSchema.BaseSchema): void {
  const { shortFor, description, ...long } = schema;
  if (typeof shortFor !== "string") return;
  const short = long.properties?.[shortFor];
  if (short === undefined) throw new TypeError(`${shortFor} is no key of what it is short for`);
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, { description, anyOf: [short, long] });
}
