/** What a read of a view answers where it failed; nothing in it is secret. */
export interface ViewProblem {
  /** HTTP status; 0 where the server did not answer at all. */
  status: number;
  code: string;
  title: string;
  detail: string;
  reference?: string;
}

/** A view could not be read. `answered` tells a server that said no from one that said nothing. */
export class ViewError extends Error {
  constructor(readonly problem: ViewProblem) {
    super(problem.detail);
    this.name = "ViewError";
  }

  get answered(): boolean {
    return this.problem.status !== 0;
  }
}

const answerMsMax = 15_000;

/** Reads one view. Throws ViewError; an abort of `signal` is rethrown as it is. */
export async function fetchView<View>(path: string, signal?: AbortSignal): Promise<View> {
  const limit = AbortSignal.timeout(answerMsMax);
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { accept: "application/json" },
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (response.ok) return (await response.json()) as View;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ViewError({
      status: 0,
      code: "noAnswer",
      title: "The server does not answer",
      detail: "It is asked again every few seconds.",
    });
  }
  throw new ViewError(await readProblem(response));
}

async function readProblem(response: Response): Promise<ViewProblem> {
  const { status } = response;
  try {
    const body = (await response.json()) as Partial<ViewProblem>;
    if (typeof body.code === "string" && typeof body.detail === "string") {
      return { ...body, status, code: body.code, title: body.title ?? "It could not be read", detail: body.detail };
    }
  } catch {
    // Not from a view's route: a proxy in between, or a server that is starting.
  }
  return { status, code: "noAnswer", title: "It could not be read", detail: `The server answered ${status}.` };
}
