import Ajv2020 from "ajv/dist/2020";
import { expect } from "vitest";
import { openApiDocument } from "@/lib/api/open-api";
import type { Operation } from "@/lib/api/operation";
import { operations } from "@/lib/api/operations";
import { problem } from "@/lib/api/problem";

interface DocumentedAnswer {
  content?: Record<string, unknown>;
  headers?: Record<string, unknown>;
}

interface DocumentedOperation {
  operationId: string;
  responses: Record<string, DocumentedAnswer>;
  requestBody?: { content: Record<string, unknown> };
}

/** The document as a client reads it: after a round through JSON. */
export const document = JSON.parse(JSON.stringify(openApiDocument())) as {
  openapi: string;
  paths: Record<string, Record<string, DocumentedOperation>>;
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
ajv.addFormat("uuid", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
ajv.addFormat("uri", /^[a-z]+:\/\//);
ajv.addSchema(document, "openapi");

const pointer = (...parts: string[]) =>
  parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");

/** Whether `value` fits the schema at that place of the document; says what does not. */
function expectToFit(value: unknown, ...place: string[]): void {
  const validate = ajv.compile({ $ref: `openapi#/${pointer(...place)}` });
  if (!validate(value)) {
    const told = ajv.errorsText(validate.errors, { separator: "\n" });
    expect.fail(`${place.join(" ")} does not describe\n${JSON.stringify(value, undefined, 1)}\n${told}`);
  }
}

/** The contract that a request is about. */
export function operationOf(method: string, path: string): Operation {
  const given = path.split("/");
  const found = operations.find((one) => {
    const wanted = one.path.split("/");
    const fits = wanted.every((part, at) => (part.startsWith("{") ? given[at] !== "" : part === given[at]));
    return one.method === method.toLowerCase() && wanted.length === given.length && fits;
  });
  if (!found) throw new Error(`no contract for ${method} ${path}`);
  return found;
}

/** Holds a request's body against the document; `body` as the client sends it. */
export function expectDocumentedRequest(one: Operation, type: string, body: unknown): void {
  expectToFit(body, "paths", one.path, one.method, "requestBody", "content", type, "schema");
}

/**
 * Holds a real answer against the document and, without its generosity towards unknown fields, against the contract.
 * Answers the body.
 */
export async function expectDocumented(one: Operation, response: Response): Promise<unknown> {
  const status = String(response.status);
  const form = document.paths[one.path]?.[one.method]?.responses[status];
  const text = await response.text();
  if (form === undefined) expect.fail(`${one.id} answered ${status}, which the document does not know: ${text}`);
  for (const name of Object.keys(form.headers ?? {}))
    expect(response.headers.get(name), `${name} of ${one.id}`).toBeTruthy();
  expect(response.headers.get("cache-control")).toBe("no-store");
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  if (form.content === undefined) {
    expect(text).toBe("");
    return undefined;
  }
  expect(Object.keys(form.content)).toContain(type);
  if (type === "application/x-ndjson") return text;
  const body: unknown = JSON.parse(text);
  expectToFit(body, "paths", one.path, one.method, "responses", status, "content", type, "schema");
  if (type === "application/problem+json") {
    const { code, status: said } = problem.parse(body);
    expect(said).toBe(response.status);
    expect(documentedCodes(form), `${code} of ${one.id} ${status}`).toContain(code);
  } else {
    one.answers[response.status as 200]?.schema?.parse(body);
  }
  return body;
}

function documentedCodes(form: DocumentedAnswer): string[] {
  return (form as { description: string }).description.split(", ");
}
