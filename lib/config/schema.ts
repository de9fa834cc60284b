import { z } from "zod";
import { connectionDocument } from "@/lib/pipeline/policy/connection";
import { projectDocument } from "@/lib/pipeline/policy/project";

/**
 * The JSON Schema (draft 7, which editors know best) of one document of the project file, generated from the zod
 * schemas. What refers from one part to another, parseDocuments alone checks.
 */
export function projectFileSchema(): z.core.JSONSchema.BaseSchema {
  const document = z.union([connectionDocument, projectDocument]);
  const schema = z.toJSONSchema(document, { io: "input", target: "draft-07", reused: "inline" });
  return { ...schema, title: "Waybill project file, waybill.dev/v1" };
}
