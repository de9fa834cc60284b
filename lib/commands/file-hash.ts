import { createHash } from "node:crypto";

/** SHA-256, hex, of a project file's text: what a second person confirms is exactly this text. */
export function hashOfFile(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
