import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import type { AnswerForm, Operation } from "@/lib/api/operation";
import { operations } from "@/lib/api/operations";
import { problem } from "@/lib/api/problem";
import { documentedQuery, documentReason } from "@/lib/api/reason";
import { refusals } from "@/lib/api/refusals";

const tags = [
  { name: "Projects", description: "what there is, and what runs where" },
  { name: "Documents", description: "the project file" },
  { name: "Releases", description: "what moves" },
  { name: "Promotions", description: "how it moves" },
  { name: "Environments", description: "what stops it, and what was changed by hand" },
  { name: "Ledger", description: "everything that happened" },
  { name: "Tokens", description: "who may ask" },
  { name: "People", description: "who has signed in, and who may not any more" },
];

/** The OpenAPI 3.1 document of every operation; made from the schemas that the routes parse with. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const one of operations) {
    paths[one.path] = { ...paths[one.path], [one.method]: describeOperation(one) };
  }
  return createDocument(
    {
      openapi: "3.1.1",
      info: {
        title: "Waybill",
        version: "1",
        description:
          "Carries one image digest from environment to environment. Errors are problem details (RFC 9457) whose `code` " +
          "is closed. Fields may be added to answers: ignore what you do not know.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/api/v1" }],
      security: [{ token: [] }],
      tags,
      paths: paths satisfies ZodOpenApiPathsObject,
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "a token of Waybill: wb_ and 43 characters" },
        },
      },
    },
    {
      // Answers may grow: only what is sent is closed.
      override: ({ jsonSchema, zodSchema, io }) => {
        if (zodSchema._zod.def.type !== "object") return;
        if (io === "output") delete jsonSchema.additionalProperties;
        else documentReason(jsonSchema);
      },
    },
  );
}

function describeOperation(one: Operation): ZodOpenApiOperationObject {
  const { params: path, query, headers: header, body, bodyTypes } = one;
  return {
    operationId: one.id,
    tags: [one.tag],
    summary: one.summary,
    description: one.description,
    requestParams: {
      ...(path && { path }),
      ...(query && { query: documentedQuery(query) }),
      ...(header && { header }),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              (bodyTypes ?? ["application/json"]).map((type) => [
                type,
                { schema: type === "application/yaml" ? z.string() : body },
              ]),
            ),
          },
        }),
    responses: { ...describeAnswers(one), ...describeProblems(one) },
  };
}

function describeAnswers({ answers }: Operation): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(answers).map(([status, form]): [string, ZodOpenApiResponseObject] => [status, describeAnswer(form)]),
  );
}

function describeAnswer({ description, schema, mediaType, headers }: AnswerForm): ZodOpenApiResponseObject {
  const content = schema
    ? { [mediaType ?? "application/json"]: { schema } }
    : mediaType === undefined
      ? undefined
      : { [mediaType]: { schema: z.string() } };
  return {
    description,
    ...(content && { content }),
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, what]) => [name, { description: what, schema: { type: "string" } }]),
      ),
    }),
  };
}

/** Which statuses an operation may refuse with, and by which codes. */
export function problemCodes(one: Operation): Map<number, string[]> {
  const codes = new Map<number, string[]>([
    [401, ["unauthenticated"]],
    [404, ["notAvailable"]],
    [429, ["tooManyRequests"]],
    [500, ["internal"]],
  ]);
  const add = (status: number, code: string) => codes.set(status, [...(codes.get(status) ?? []), code]);
  if (one.body ?? one.query ?? one.params ?? one.headers) add(422, "invalidInput");
  if (one.body) {
    add(400, "malformedBody");
    add(413, "payloadTooLarge");
    add(415, "unsupportedMediaType");
  }
  if (one.bodyTypes?.includes("application/yaml")) add(422, "invalidDocuments");
  if (one.mayConflict) add(409, "conflict");
  if (one.callsOutside) {
    add(502, "externalError");
    add(503, "externalError");
  }
  for (const code of one.refusals) add(refusals[code].status, code);
  return codes;
}

function describeProblems(one: Operation): ZodOpenApiResponsesObject {
  const sorted = [...problemCodes(one)].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([status, codes]): [string, ZodOpenApiResponseObject] => [
      String(status),
      {
        description: codes.join(", "),
        content: { "application/problem+json": { schema: problem } },
      },
    ]),
  );
}
