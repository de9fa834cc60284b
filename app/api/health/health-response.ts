import type { HealthAnswer } from "@/lib/queries/health";

/** A health answer over HTTP; never kept by anything on the way. */
export function healthResponse({ status, body }: HealthAnswer): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
