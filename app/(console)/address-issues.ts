import type { InputIssue } from "@/lib/pipeline/errors";
import { parameterIssues } from "@/lib/pipeline/plain-text";

/**
 * What is wrong with the texts of a page's address, its segments and its query; no text holds a NUL character, so that
 * the database cannot even be asked for one. Throws nothing: a segment that cannot be decoded is an issue.
 */
export function addressIssues(path: string): InputIssue[] {
  const [before = "", query = ""] = splitOnce(path, "?");
  const segments = before.split("/").map((segment, index): [string, string] => [`segment ${index}`, decoded(segment)]);
  return parameterIssues([...segments, ...new URLSearchParams(query)]);
}

function splitOnce(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** What cannot be decoded is no text: it stands as the character that none holds. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "\u0000";
  }
}
