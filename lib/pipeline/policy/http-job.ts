import { z } from "zod";
import { addressProblem } from "@/lib/pipeline/policy/address";
import { duration } from "@/lib/pipeline/policy/duration";
import { type JobPlaces, jobFiller, unknownJobPlaces } from "@/lib/pipeline/policy/fill-job";
import { name } from "@/lib/pipeline/policy/name";

type Scalar = string | number | boolean;
type Json = Scalar | null | Json[] | { [key: string]: Json };

/** What both kinds of job have: how long it may take, and what follows where nobody could tell how it ended. */
export interface JobLimits {
  timeoutMs: number;
  onInconclusive: "rollBack" | "hold";
}

/**
 * A job of another system: a POST to `start` begins it, its status is asked for until the value at `state` is one of
 * `succeeded` or `failed`. Its addresses are all of one origin: the connection's, or that of `start`.
 */
export interface HttpJob extends JobLimits {
  kind: "http";
  /** With it `start` is a path; its credentials go along. */
  connection?: string;
  start: string;
  /** Absent: what is promoted, where to. */
  body?: { [key: string]: Json };
  /** A path into the start's answer at which the address stands, or the address; absent: the Location header. */
  status?: string;
  state: string;
  succeeded: Scalar[];
  failed: Scalar[];
  /** A path into the last status, or the address of a log; absent: the last status itself. */
  log?: string;
}

/** `$.checks[0].status`. */
export const jsonPathForm = /^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,4}\])*$/;

const timeoutMsDefault = 600_000;
const timeoutMsMax = 21_600_000;

/** The keys that both kinds of job have in the file. */
export const jobLimits = {
  timeout: duration
    .refine((ms) => ms <= timeoutMsMax, "is more than 6h")
    .meta({ description: "how long it may take, 6h at most; without an end by then nobody can tell; 10m" })
    .optional(),
  onInconclusive: z
    .enum(["rollBack", "hold"])
    .meta({ description: "rollBack or hold: what follows where nobody can tell how it ended; rollBack" })
    .optional(),
};

/** The limits as the policy names them. */
export function limitsOf(given: { timeout?: number; onInconclusive?: JobLimits["onInconclusive"] }): JobLimits {
  return { timeoutMs: given.timeout ?? timeoutMsDefault, onInconclusive: given.onInconclusive ?? "rollBack" };
}

const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);
const values = z
  .union([scalar, z.array(scalar).min(1).max(20)])
  .transform((value): Scalar[] => (Array.isArray(value) ? value : [value]))
  .meta({ description: "a text, a number, true or false, or a list of them" });

const jsonPath = z
  .string()
  .regex(jsonPathForm)
  .meta({ description: "a path into the JSON of the answer: $.status or $.checks[0].state" });

const places = "{project}, {service}, {environment}, {namespace}, {workload}, {digest}, {version} and {promotion}";

const location = z
  .string()
  .min(1)
  .max(2000)
  .meta({ description: `a path that starts with /, or an address; ${places} are filled in` });

const body = z
  .record(z.string(), z.json())
  .refine((value) => JSON.stringify(value).length <= 8_000, "is longer than 8000 characters")
  .meta({ description: `a mapping that is sent as JSON; in its texts ${places} are filled in` });

interface Locations {
  connection?: unknown;
  body?: unknown;
  start: string;
  status?: string;
  log?: string;
}

/** Why a location of a job cannot stand there; undefined where it can. */
function locationProblem(text: string, hasConnection: boolean, filled: JobPlaces): string | undefined {
  const [unknown] = unknownJobPlaces(text, filled);
  if (unknown !== undefined) return `has the unknown placeholder ${unknown}`;
  const whole = jobFiller(text);
  if (/^\/(?![/\\])/.test(whole)) return undefined;
  if (hasConnection) return "is no path that starts with one /, beside a connection";
  return addressProblem(whole);
}

function wellPlaced(value: Locations, context: z.RefinementCtx, preview: boolean): void {
  const hasConnection = value.connection !== undefined;
  const refuse = (key: string, message: string, allowed: string) =>
    context.addIssue({ code: "custom", path: [key], message, params: { allowed } });
  const start = locationProblem(value.start, hasConnection, { preview });
  if (start !== undefined) refuse("start", start, "a path beside a connection, or an address");
  else if (!hasConnection && value.start.startsWith("/")) {
    refuse("start", "is a path, and there is no connection that says where", "an address, or a connection beside it");
  }
  for (const key of ["status", "log"] as const) {
    const text = value[key];
    if (text === undefined || jsonPathForm.test(text)) continue;
    const problem = locationProblem(text, hasConnection, { preview, answer: true });
    const allowed = "a path into the answer such as $.url, a path of the same origin, or an address";
    if (problem !== undefined) refuse(key, problem, allowed);
  }
  for (const text of textsOf(value.body)) {
    const [unknown] = unknownJobPlaces(text, { preview });
    if (unknown !== undefined) refuse("body", `has the unknown placeholder ${unknown}`, places);
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const fields = {
  connection: name
    .meta({ description: "the name of a connection of kind http, whose credentials are sent along" })
    .optional(),
  start: location,
  body: body.optional(),
  status: z
    .string()
    .min(1)
    .max(2000)
    .meta({
      description:
        "where its status is: a path into the start's answer at which the address stands ($.url), or the address with {$.id} of that answer filled in; the answer's Location header",
    })
    .optional(),
  state: jsonPath,
  succeeded: values,
  failed: values,
  log: z
    .string()
    .min(1)
    .max(2000)
    .meta({
      description:
        "its log: a path into the last status ($.log), or an address with {$.id} of the start's answer filled in; the last status itself",
    })
    .optional(),
  ...jobLimits,
};

function distinct({ succeeded, failed }: { succeeded: Scalar[]; failed: Scalar[] }, context: z.RefinementCtx): void {
  const both = failed.find((one) => succeeded.includes(one));
  if (both === undefined) return;
  const message = `says ${JSON.stringify(both)}, which succeeded says too`;
  context.addIssue({ code: "custom", path: ["failed"], message, params: { allowed: "values of its own" } });
}

type Read = z.output<z.ZodObject<typeof fields>>;

function toJob({ connection, start, body: sent, status, state, succeeded, failed, log, ...limits }: Read): HttpJob {
  return {
    kind: "http",
    ...(connection === undefined ? {} : { connection }),
    start,
    ...(sent === undefined ? {} : { body: sent as HttpJob["body"] }),
    ...(status === undefined ? {} : { status }),
    ...{ state, succeeded, failed },
    ...(log === undefined ? {} : { log }),
    ...limitsOf(limits),
  };
}

/** `job: {…}` of a smoke test; that of a preview may name `{previewService}`. */
export function httpJob({ preview }: { preview: boolean }) {
  return z
    .strictObject(fields)
    .superRefine((value, context) => wellPlaced(value, context, preview))
    .superRefine(distinct)
    .transform(toJob)
    .meta({ description: "a job of another system: started once, then asked until it says how it ended" });
}
