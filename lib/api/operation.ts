import type { z } from "zod";
import type { RefusalCode } from "@/lib/api/refusals";

export type Method = "get" | "put" | "post" | "delete";
type Fields = z.ZodObject;

/** What an answer of one status holds. Without a schema it has no body, or a text of `mediaType`. */
export interface AnswerForm {
  description: string;
  schema?: z.ZodType;
  /** application/json unless told. */
  mediaType?: string;
  /** Names and descriptions of headers beside the usual ones. */
  headers?: Record<string, string>;
}

/** The contract of one operation of the API: routes, the OpenAPI document, the CLI and the tests all read this. */
export interface Operation {
  /** camelCase, unique. */
  id: string;
  method: Method;
  /** Below /api/v1, with `{name}` for parameters. */
  path: string;
  tag: string;
  summary: string;
  description: string;
  params?: Fields;
  query?: Fields;
  headers?: Fields;
  body?: z.ZodType;
  /** Media types the body may come in, first the usual one; application/json unless told. */
  bodyTypes?: readonly BodyType[];
  /** Larger bodies are refused unread; 64 KiB unless told. */
  bodyBytesMax?: number;
  answers: Partial<Record<200 | 201 | 204, AnswerForm>>;
  /** Refusals by the product's rules, beside what any operation may answer. */
  refusals: readonly RefusalCode[];
  /** Of other statuses, where they may happen: a Conflict with the state, an outside system that did not answer. */
  mayConflict?: boolean;
  callsOutside?: boolean;
  /** True where nobody needs to say who they are. */
  open?: boolean;
}

export type BodyType = "application/json" | "application/yaml" | "application/x-www-form-urlencoded";

/** Checks a contract and keeps its exact types. */
export function operation<const Contract extends Operation>(contract: Contract): Contract {
  return contract;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler gets of a request, parsed. */
export interface ParsedRequest<Contract extends Operation> {
  params: Parsed<Contract["params"]>;
  query: Parsed<Contract["query"]>;
  headers: Parsed<Contract["headers"]>;
  body: Parsed<Contract["body"]>;
}

type StatusOf<Contract extends Operation> = keyof Contract["answers"] & number;
type SchemaOf<Form> = Form extends { schema: infer Schema extends z.ZodType } ? z.input<Schema> : undefined;

/** What a handler may answer with: a status of the contract and the body that belongs to it. */
export type Answer<Contract extends Operation> = {
  [Status in StatusOf<Contract>]: SchemaOf<Contract["answers"][Status]> extends undefined
    ? { status: Status; body?: undefined; stream?: ReadableStream<Uint8Array>; headers?: Record<string, string> }
    : { status: Status; body: SchemaOf<Contract["answers"][Status]>; headers?: Record<string, string> };
}[StatusOf<Contract>];

/** The body of a successful answer: what a client of the API reads. */
export type AnswerBody<Contract extends Operation, Status extends StatusOf<Contract> = StatusOf<Contract>> = SchemaOf<
  Contract["answers"][Status]
>;
