import { randomUUID } from "node:crypto";
import pino from "pino";
import type { Answer, Operation, ParsedRequest } from "@/lib/api/operation";
import { type Problem, problemResponse, withRefusalForm } from "@/lib/api/problem";
import { parseJson, readBody, UnreadableRequest } from "@/lib/api/read-body";
import { parseWithReason } from "@/lib/api/reason";
import { countRequest } from "@/lib/api/web-metrics";
import { answerFor, answerForRejection } from "@/lib/auth/error-answer";
import type { Principal } from "@/lib/auth/principal";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { InvalidInput, isKnownError, NotFound, parseInput } from "@/lib/pipeline/errors";
import { ExternalError } from "@/lib/ports/external-error";

/** What a handler works with: who asks, and the request as its contract reads it. */
export interface Call<Contract extends Operation> extends ParsedRequest<Contract> {
  principal: Principal;
  signal: AbortSignal;
}

/** A refusal by the product's rules, as commands and queries return it. */
export interface Refused {
  kind: "rejection";
  code: string;
  message: string;
  promotion?: string;
}

/** A text with errors, each with its place. */
export interface InvalidText {
  kind: "invalidDocuments";
  errors: {
    path: string;
    value?: string | undefined;
    message: string;
    allowed: string;
    document: number;
    line: number;
    column: number;
  }[];
}

export type Handler = (request: Request) => Promise<Response>;

/** An answer of a contract: `answer(201, body, { location })`. */
export function answer<const Status extends number, Body = undefined>(
  status: Status,
  body?: Body,
  headers?: Record<string, string>,
): { status: Status; body: Body; headers?: Record<string, string> } {
  // Without a body, Body is undefined.
  return { status, body: body as Body, headers };
}

/** An answer whose text is sent as it comes. */
export function streamed<const Status extends number>(
  status: Status,
  stream: ReadableStream<Uint8Array>,
  headers?: Record<string, string>,
): { status: Status; stream: ReadableStream<Uint8Array>; headers?: Record<string, string> } {
  return { status, stream, headers };
}

const bodyBytesUsual = 65_536;
const logger = pino({
  level: process.env.LOG_LEVEL ?? "info",
  base: { role: process.env.WAYBILL_ROLE ?? "all", part: "api" },
});

/**
 * A route of the API: says who asks, reads the request strictly as the contract has it, does the work, and turns what
 * comes of it into an answer of the contract or a problem (RFC 9457). Nothing of an unknown error gets out.
 */
export function handle<Contract extends Operation>(
  contract: Contract,
  work: (call: Call<Contract>) => Promise<Answer<Contract> | Refused | InvalidText>,
): Handler {
  return async (request) => {
    const startedAt = performance.now();
    const response = await respond(contract, work, request);
    countRequest(contract.id, response.status, (performance.now() - startedAt) / 1000);
    return response;
  };
}

async function respond<Contract extends Operation>(
  contract: Contract,
  work: (call: Call<Contract>) => Promise<Answer<Contract> | Refused | InvalidText>,
  request: Request,
): Promise<Response> {
  try {
    const principal = await principalFromRequest(request);
    const parsed = await parseRequest(contract, request);
    return toResponse(contract, await work({ principal, signal: request.signal, ...parsed }));
  } catch (error) {
    if (error instanceof UnreadableRequest) return problemResponse(error.answer);
    return problemFor(error, contract.id);
  }
}

/** The problem of something thrown; what is not the caller's doing is logged under a reference, here and once. */
export function problemFor(error: unknown, operation: string): Response {
  const reference = randomUUID();
  const found = answerFor(error, reference);
  if (found.status >= 500) {
    const known = isKnownError(error) || error instanceof ExternalError;
    const facts = { reference, operation, error: error instanceof Error ? error.message : String(error) };
    if (known) logger.warn(facts, "a request failed");
    else logger.error({ ...facts, stack: error instanceof Error ? error.stack : undefined }, "a request failed");
  }
  return problemResponse(found);
}

async function parseRequest<Contract extends Operation>(
  contract: Contract,
  request: Request,
): Promise<ParsedRequest<Contract>> {
  const url = new URL(request.url);
  const { params, query, headers, body } = contract;
  const given = {
    params: params && parseInput(params, pathParams(contract.path, url.pathname)),
    query: parseQuery(query, url.searchParams),
    headers: headers && parseInput(headers, headerFields(request, Object.keys(headers.shape))),
    body: body && parseWithReason(body, await bodyValue(contract, request)),
  };
  // Each part was parsed by the schema that its type is made of.
  return given as ParsedRequest<Contract>;
}

async function bodyValue({ bodyTypes, bodyBytesMax }: Operation, request: Request): Promise<unknown> {
  const types = bodyTypes ?? (["application/json"] as const);
  const { type, text } = await readBody(request, types, bodyBytesMax ?? bodyBytesUsual);
  return type === "application/yaml" ? { text } : parseJson(text);
}

/** The parameters in a path, decoded. They are read from the address itself: frameworks differ in what they decode. */
export function pathParams(template: string, pathname: string): Record<string, string> {
  const wanted = `/api/v1${template}`.split("/");
  const given = pathname.split("/");
  const params: Record<string, string> = {};
  wanted.forEach((part, at) => {
    if (!part.startsWith("{")) return;
    try {
      params[part.slice(1, -1)] = decodeURIComponent(given[at] ?? "");
    } catch {
      throw new NotFound("an address that cannot be decoded");
    }
  });
  return params;
}

function parseQuery(query: Operation["query"], given: URLSearchParams): unknown {
  const names = [...new Set(given.keys())];
  const twice = names.filter((name) => given.getAll(name).length > 1);
  if (twice.length > 0) throw new InvalidInput(twice.map((path) => ({ path, message: "is given more than once" })));
  const value = Object.fromEntries(given);
  if (query) return parseWithReason(query, value);
  if (names.length > 0) throw new InvalidInput(names.map((path) => ({ path, message: "is not known here" })));
  return undefined;
}

function headerFields(request: Request, names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

interface LooseAnswer {
  status: number;
  body?: unknown;
  stream?: ReadableStream<Uint8Array>;
  headers?: Record<string, string>;
}

function toResponse(contract: Operation, result: LooseAnswer | Refused | InvalidText): Response {
  if ("kind" in result) return result.kind === "rejection" ? refusedResponse(result) : invalidTextResponse(result);
  const { status, body, stream, headers } = result;
  const form = contract.answers[status as keyof Operation["answers"]];
  const type = form?.mediaType ?? "application/json";
  const sent = new Headers({ "cache-control": "no-store", ...headers });
  if (body === undefined && stream === undefined) return new Response(null, { status, headers: sent });
  sent.set("content-type", type);
  return new Response(stream ?? JSON.stringify(body), { status, headers: sent });
}

function refusedResponse({ code, message, promotion }: Refused): Response {
  // The code is closed where it is made; answerForRejection reads code and message only.
  const rejection = { kind: "rejection", code, message } as Parameters<typeof answerForRejection>[0];
  return problemResponse(withRefusalForm(answerForRejection(rejection)), { promotion });
}

function invalidTextResponse({ errors }: InvalidText): Response {
  const issues: Problem["issues"] = errors.map(({ path, value, message, allowed, document, line, column }) => ({
    path,
    message: `${value === undefined ? "" : `(${value}) `}${message}; allowed: ${allowed}`,
    document,
    line,
    column,
  }));
  const count = errors.length === 1 ? "1 error" : `${errors.length} errors`;
  return problemResponse(
    {
      status: 422,
      code: "invalidDocuments",
      title: "The project file has errors",
      detail: `${count}; nothing was applied`,
    },
    { issues },
  );
}
