import type { z } from "zod";
import { type Answer, failure, looksLikeHtml } from "@/lib/adapters/oci/failure";

/**
 * The JSON of a successful answer, checked against `schema`; ExternalError `badResponse` where it is a page, is not
 * UTF-8 JSON, or has another form. Messages name the path that is wrong and never repeat the document.
 */
export function readJson<T>(system: string, what: string, answer: Answer, schema: z.ZodType<T>): T {
  if (looksLikeHtml(answer)) {
    throw failure(system, {
      code: "badResponse",
      message: `${what}: answered an HTML page instead of JSON; is a proxy or a sign-in page in front of the registry?`,
      retryable: true,
      status: answer.status,
    });
  }
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(answer.body));
  } catch {
    throw failure(system, { code: "badResponse", message: `${what}: answered malformed JSON`, status: answer.status });
  }
  const checked = schema.safeParse(document);
  if (checked.success) return checked.data;
  const path = checked.error.issues[0]?.path.join(".");
  const where = path === undefined || path === "" ? "the document" : path.slice(0, 80);
  throw failure(system, {
    code: "badResponse",
    message: `${what}: answered JSON of another form than the OCI specifications say, at ${where}`,
    status: answer.status,
  });
}
