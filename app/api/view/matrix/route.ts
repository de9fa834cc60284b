import { createHash } from "node:crypto";
import { failureOf, readAddress } from "@/app/api/view/view-route";
import { principalFromRequest } from "@/lib/auth/request-principal";
import { getPool } from "@/lib/db/pool";
import { readMatrix } from "@/lib/queries/matrix";
import { readMatrixInput } from "@/lib/queries/matrix-input";

export const dynamic = "force-dynamic";

/** A window of the matrix. The same content as before is a 304, so that a change elsewhere costs no transfer. */
export async function GET(request: Request): Promise<Response> {
  try {
    const principal = await principalFromRequest(request);
    const input = readMatrixInput(readAddress(request).searchParams);
    const { asOf, ...view } = await readMatrix(getPool(), principal, input);
    const content = JSON.stringify(view);
    const etag = `W/"${createHash("sha1").update(content).digest("base64url")}"`;
    const headers = { etag, "cache-control": "private, no-cache", vary: "cookie, authorization" };
    if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
    const body = `{"asOf":${JSON.stringify(asOf)},${content.slice(1)}`;
    return new Response(body, { headers: { ...headers, "content-type": "application/json" } });
  } catch (error) {
    return failureOf(error, "/api/view/matrix");
  }
}
