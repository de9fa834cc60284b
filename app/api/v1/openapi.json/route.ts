import { openApiDocument } from "@/lib/api/open-api";

let text: string | undefined;

/** The OpenAPI document of this API, for everybody: it tells what may be asked, nothing of what there is. */
export async function GET(): Promise<Response> {
  text ??= JSON.stringify(openApiDocument());
  return new Response(text, {
    headers: { "content-type": "application/json", "cache-control": "public, max-age=300" },
  });
}
