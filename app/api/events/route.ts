import { getChangeHub } from "@/app/api/events/change-hub";
import { changeStream } from "@/app/api/events/change-stream";
import { failureOf } from "@/app/api/view/view-route";
import { principalFromRequest } from "@/lib/auth/request-principal";

export const dynamic = "force-dynamic";

/** One stream of what changed, by name only; whoever hears it reads the new state with its own rights. */
export async function GET(request: Request): Promise<Response> {
  try {
    const principal = await principalFromRequest(request);
    const hub = getChangeHub();
    if (hub.hasEnded) return new Response(null, { status: 503, headers: { connection: "close", "retry-after": "2" } });
    const stream = changeStream({
      hub,
      principal,
      recheck: () => principalFromRequest(request),
      signal: request.signal,
      since: momentOf(new URL(request.url).searchParams.get("since")),
    });
    return new Response(stream, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        // A connection that outlived its stream would be used for the next try, and keep a server from ending.
        connection: "close",
        // nginx gathers an answer before it passes it on, unless told not to.
        "x-accel-buffering": "no",
      },
    });
  } catch (error) {
    return failureOf(error, "/api/events");
  }
}

/** Milliseconds since 1970; whatever else stands there counts as long ago. */
function momentOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
