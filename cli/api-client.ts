import { CommandError, EXIT } from "@/cli/exit-codes";
import type { Problem } from "@/lib/api/problem";

/** A refusal or failure that Waybill answered with. */
export class ApiProblem extends CommandError {
  constructor(readonly problem: Problem) {
    super(problem.detail, problem.status === 401 ? EXIT.unreachable : EXIT.failed);
    this.name = "ApiProblem";
  }
}

export interface Sent {
  body?: unknown;
  /** application/json unless told; then `body` is the text itself. */
  type?: string;
  headers?: Record<string, string>;
}

export interface Answered<Body> {
  status: number;
  body: Body;
}

const answerMsMax = 60_000;

/** A thin client of the API: one call, one answer. */
export class ApiClient {
  readonly url: string;

  /** Throws a CommandError for an address that is none. */
  constructor(
    url: string,
    private readonly token: string | undefined,
  ) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new CommandError(
        `WAYBILL_URL is "${url}": expected an address such as https://waybill.example.com`,
        EXIT.usage,
      );
    }
    this.url = url.replace(/\/+$/, "");
  }

  /** Asks and reads the JSON that is answered. Throws ApiProblem, or CommandError where nothing sensible answers. */
  async ask<Body>(method: string, path: string, sent: Sent = {}): Promise<Answered<Body>> {
    const response = await this.send(method, path, sent);
    if (response.status === 204) return { status: 204, body: undefined as Body };
    const body: unknown = await response.json().catch(() => undefined);
    if (body === undefined) throw this.strange(response);
    // The routes are held against the contract that Body is taken from.
    return { status: response.status, body: body as Body };
  }

  /** Asks for something that is read as it comes. */
  async stream(path: string): Promise<ReadableStream<Uint8Array>> {
    const response = await this.send("GET", path, {});
    if (!response.body) throw this.strange(response);
    return response.body;
  }

  private async send(method: string, path: string, { body, type, headers }: Sent): Promise<Response> {
    if (this.token === undefined) {
      throw new CommandError(
        "WAYBILL_TOKEN is not set. A token is made in the settings, or on the machine itself: waybill token create --local",
        EXIT.unreachable,
      );
    }
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": type ?? "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : type === undefined ? JSON.stringify(body) : String(body),
      redirect: "error",
      signal: AbortSignal.timeout(answerMsMax),
    }).catch((error: unknown) => {
      throw new CommandError(`no answer from ${this.url}: ${reasonOf(error)}`, EXIT.unreachable);
    });
    if (response.ok) return response;
    const problem = await readProblem(response);
    throw problem ? new ApiProblem(problem) : this.strange(response);
  }

  private strange({ status }: Response): CommandError {
    return new CommandError(
      `${this.url} does not answer like Waybill (${status}). Is WAYBILL_URL right?`,
      EXIT.unreachable,
    );
  }
}

/** A path below /api/v1 with its parts and its query encoded; what is undefined is left out. */
export function apiPath(parts: readonly string[], query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const path = `/${parts.map(encodeURIComponent).join("/")}`;
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get("content-type")?.startsWith("application/problem+json")) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  const isProblem = typeof body === "object" && body !== null && "code" in body && "detail" in body;
  // Only the API answers with this media type.
  return isProblem ? (body as Problem) : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  if (error.name === "TimeoutError") return `nothing within ${answerMsMax / 1000} s`;
  return code ?? (cause instanceof Error ? cause.message : error.message);
}
