import { problemFor } from "@/lib/api/handle";
import { NotFound } from "@/lib/pipeline/errors";

export const dynamic = "force-dynamic";

/** Addresses that the API does not have answer like everything else that is not there, rather than with a page. */
async function notThere(): Promise<Response> {
  return problemFor(new NotFound("no such operation"), "unknown");
}

export const GET = notThere;
export const POST = notThere;
export const PUT = notThere;
export const PATCH = notThere;
export const DELETE = notThere;
