import type { BodyType } from "@/lib/api/operation";
import type { ErrorAnswer } from "@/lib/auth/error-answer";

/** A request that is refused before it is understood: too large, of another type, not JSON. */
export class UnreadableRequest extends Error {
  constructor(readonly answer: ErrorAnswer) {
    super(answer.detail);
    this.name = "UnreadableRequest";
  }
}

/** A body's text and the type that it came as. */
export interface ReadBody {
  type: BodyType;
  text: string;
}

/**
 * The body of a request whose type is one of `types`; no more than `bytesMax` of it are ever read. Throws
 * UnreadableRequest (413, 415, and 400 for what is not UTF-8).
 */
export async function readBody(request: Request, types: readonly BodyType[], bytesMax: number): Promise<ReadBody> {
  const type = mediaType(request.headers.get("content-type"), types);
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > bytesMax) throw tooLarge(bytesMax);
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      await reader.cancel();
      throw tooLarge(bytesMax);
    }
    chunks.push(value);
  }
  try {
    return { type, text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    throw malformed("the body is not UTF-8");
  }
}

/** The JSON of a body. Throws UnreadableRequest for what is none; the parser's words are not repeated. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(text.trim() === "" ? "the body is empty; a JSON object is expected" : "the body is not JSON");
  }
}

function mediaType(header: string | null, types: readonly BodyType[]): BodyType {
  const given = header?.split(";")[0]?.trim().toLowerCase();
  const charset = /charset="?([^";\s]+)/i.exec(header ?? "")?.[1]?.toLowerCase() ?? "utf-8";
  const type = types.find((one) => one === given);
  if (type !== undefined && charset === "utf-8") return type;
  throw new UnreadableRequest({
    status: 415,
    code: "unsupportedMediaType",
    title: "Another type of body is expected",
    detail: `Content-Type must be ${types.join(" or ")}, in UTF-8`,
  });
}

function tooLarge(bytesMax: number): UnreadableRequest {
  return new UnreadableRequest({
    status: 413,
    code: "payloadTooLarge",
    title: "The body is too large",
    detail: `${bytesMax} bytes are allowed at most`,
  });
}

function malformed(detail: string): UnreadableRequest {
  return new UnreadableRequest({ status: 400, code: "malformedBody", title: "The body cannot be read", detail });
}
